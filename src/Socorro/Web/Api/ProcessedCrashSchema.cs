using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Socorro.Fields;

namespace Socorro.Web.Api;

/// <summary>Describes the processed crash in the API's description: every declared field, an operator's own among them.</summary>
static class ProcessedCrashSchema
{
    const string Name = "ProcessedCrash";

    /// <summary>Adds it, and names it as what a method answers.</summary>
    public static void AddTo(OpenApiDocument document, string path, FieldSet fields)
    {
        document.AddComponent(Name, Describe(fields, document));
        var answer = (OpenApiResponse)document.Paths[path].Operations![HttpMethod.Get].Responses![$"{StatusCodes.Status200OK}"];
        answer.Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new() { Schema = new OpenApiSchemaReference(Name, document) },
        };
    }

    static OpenApiSchema Describe(FieldSet fields, OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object,
        Description = "What processing made of a crash. A field is absent when nothing is known, and for readers who may not see it.",
        Properties = fields.All.Where(field => !field.IsPattern).ToDictionary(field => field.Name, field => Describe(field, document)),
        PatternProperties = fields.All.Where(field => field.IsPattern)
            .ToDictionary(field => $"^{field.Name.TrimEnd('*')}", field => Describe(field, document)),
        AdditionalPropertiesAllowed = false,
    };

    static IOpenApiSchema Describe(Field field, OpenApiDocument document)
    {
        if (field.Type == FieldType.Document)
            return new OpenApiSchemaReference(Name, document) { Description = field.About };

        var extensions = new Dictionary<string, IOpenApiExtension>
        {
            ["x-protected"] = new JsonNodeExtension(!field.IsPublic),
            ["x-source"] = new JsonNodeExtension(field.Source.ToString()!),
        };
        if (field.Search is { } search)
            extensions["x-search"] = new JsonNodeExtension(new JsonObject { ["name"] = search.Name, ["type"] = Lower(search.Type) });
        return new OpenApiSchema
        {
            Type = TypeOf(field.Type) | JsonSchemaType.Null,
            Format = field.Type == FieldType.Integer ? "int64" : null,
            Description = field.About,
            Default = field.Default?.DeepClone(),
            Extensions = extensions,
        };
    }

    static JsonSchemaType TypeOf(FieldType type) => type switch
    {
        FieldType.String => JsonSchemaType.String,
        FieldType.Integer => JsonSchemaType.Integer,
        FieldType.Number => JsonSchemaType.Number,
        FieldType.Boolean => JsonSchemaType.Boolean,
        FieldType.Object or FieldType.Document => JsonSchemaType.Object,
        FieldType.List => JsonSchemaType.Array,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such field type"),
    };

    static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
