using System.Reflection;
using Microsoft.AspNetCore.OpenApi;

namespace BrowserFarm.Api;

/// <summary>The document by which clients are made: <c>/openapi/v1.json</c>.</summary>
internal static class ApiDocument
{
    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "BrowserFarm";
            document.Info.Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0";
            document.Info.Description = "Crawls and single pages, read in Chromium or without it, through a durable queue.";
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
    }
}
