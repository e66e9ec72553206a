using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BrowserFarm.Api.Access;
using BrowserFarm.Api.Endpoints;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BrowserFarm.Api;

/// <summary>Completes each operation of the API's document by what its endpoint says: name, query, scope, examples, other types of answers.</summary>
internal static class ApiOperations
{
    private const string Json = "application/json";

    /// <summary>Statuses with which a token, or the want of one, is refused.</summary>
    private static readonly int[] TokenRefusals = [401, 403, 429];

    public static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.OperationId = NameOf(context.Description);
        foreach (var parameter in metadata.OfType<DocumentedParameter>())
            (operation.Parameters ??= []).Add(Parameter(parameter));
        if (metadata.OfType<ScopeRule>().LastOrDefault()?.Scope is { } scope)
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiDocument.Bearer, context.Document)] = [scope] }];
        else
            Open(operation, metadata.OfType<OpenRefusals>().LastOrDefault()?.Statuses ?? []);

        var types = metadata.OfType<IProducesResponseTypeMetadata>().Where(produced => produced.Type is not null).DistinctBy(produced => produced.StatusCode).ToDictionary(produced => produced.StatusCode, produced => produced.Type!);
        foreach (var (status, answer) in operation.Responses ?? [])
            Exemplify(int.Parse(status, CultureInfo.InvariantCulture), answer, types);
        if (metadata.OfType<IAcceptsMetadata>().FirstOrDefault()?.RequestType is { } body && operation.RequestBody?.Content?.TryGetValue(Json, out var content) == true)
            Put(content, ApiExamples.Find(body));
        if (metadata.OfType<OtherAnswers>().FirstOrDefault() is { } others && operation.Responses?.TryGetValue("200", out var whole) == true && whole is OpenApiResponse concrete)
        {
            foreach (var type in others.Types)
                (concrete.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))[type] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }

        return Task.CompletedTask;
    }

    /// <summary><c>GET /v1/crawls/{id}/jobs</c> is <c>getCrawlsByIdJobs</c>: for generators of clients, which name methods by it.</summary>
    private static string NameOf(ApiDescription description)
    {
        var name = new StringBuilder(description.HttpMethod!.ToLowerInvariant());
        foreach (var part in description.RelativePath!.Split('/', '-').Where(part => part is not ("" or "v1")))
        {
            var word = part.StartsWith('{') ? $"By{char.ToUpperInvariant(part[1])}{part[2..].Split(':', '}')[0]}" : part;
            name.Append(char.ToUpperInvariant(word[0])).Append(word.AsSpan(1));
        }

        return name.ToString();
    }

    private static OpenApiParameter Parameter(DocumentedParameter parameter)
    {
        var schema = new OpenApiSchema { Type = parameter.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String, Format = parameter.IsNumber ? "int64" : null };
        if (parameter.Allowed.Length > 0)
            schema.Enum = [.. parameter.Allowed.Select(word => JsonValue.Create(word))];
        return new OpenApiParameter
        {
            Name = parameter.Name,
            In = parameter.IsHeader ? ParameterLocation.Header : ParameterLocation.Query,
            Description = parameter.Description,
            Required = parameter.IsRequired,
            Schema = schema,
        };
    }

    /// <summary>Who may ask without a token is not refused one.</summary>
    /// <param name="refusals">With which somebody is refused all the same.</param>
    private static void Open(OpenApiOperation operation, int[] refusals)
    {
        foreach (var status in TokenRefusals.Except(refusals))
            operation.Responses?.Remove(status.ToString(CultureInfo.InvariantCulture));
    }

    private static void Exemplify(int status, IOpenApiResponse answer, Dictionary<int, Type> types)
    {
        foreach (var (type, content) in answer.Content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))
        {
            if (type == Problems.ContentType)
                Put(content, ApiExamples.Problem(status));
            else if (type == Json && types.TryGetValue(status, out var found))
                Put(content, ApiExamples.Find(found));
        }

        if (answer is OpenApiResponse { Description: null or "" } concrete)
            concrete.Description = ((HttpStatusCode)status).ToString();
    }

    private static void Put(OpenApiMediaType content, JsonNode? example)
    {
        if (example is not null)
            content.Example = example;
    }
}
