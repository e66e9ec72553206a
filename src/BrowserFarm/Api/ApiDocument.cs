using System.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BrowserFarm.Api;

/// <summary>The document by which clients are made: <c>/openapi/v1.json</c>.</summary>
internal static class ApiDocument
{
    internal const string Bearer = "bearer";

    /// <summary>By the beginnings of paths; the first that fits.</summary>
    private static readonly (string Path, string Name)[] Groups =
    [
        ("/v1/crawls", "Crawls"), ("/v1/render", "Pages"), ("/v1/jobs", "Pages"), ("/v1/explain", "Pages"), ("/v1/dead-letters", "Dead letters"), ("/v1/session", "Session"), ("/", "The farm"),
    ];

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "BrowserFarm";
            document.Info.Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0";
            document.Info.Description = "Crawls and single pages, read in Chromium or without it, through a durable queue.";
            document.Servers?.Clear();
            Group(document);
            document.AddComponent(Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token; none is needed where the service has none (docs/access.md)." });
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(ApiOperations.DescribeAsync);
    }

    /// <summary>Endpoints under the words of the documentation, instead of the names of classes.</summary>
    private static void Group(OpenApiDocument document)
    {
        document.Tags = Groups.Select(group => new OpenApiTag { Name = group.Name }).ToHashSet();
        foreach (var (path, item) in document.Paths)
        {
            var name = Groups.First(group => path.StartsWith(group.Path, StringComparison.Ordinal)).Name;
            foreach (var (_, operation) in item.Operations ?? [])
                operation.Tags = new HashSet<OpenApiTagReference> { new(name, document) };
        }
    }
}
