using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Crashes;

namespace Socorro.Web.Api;

/// <summary>What every method of the API answers when it has nothing better to say.</summary>
/// <param name="Error">One sentence.</param>
public sealed record ApiError(string Error);

/// <summary>What is wrong with each parameter.</summary>
public sealed record ApiErrors(Dictionary<string, string[]> Errors);

/// <summary>The API's answers in the words that clients of the field know.</summary>
static class ApiAnswers
{
    const string Json = "application/json";

    public static IResult Error(int status, string error) =>
        TypedResults.Json(new ApiError(error), statusCode: status);

    public static IResult BadValue(string parameter) =>
        Error(400, $"Bad request: BadArgumentError: Bad value for parameter(s) '{parameter}'");

    public static IResult NotFound(CrashId id) => Error(404, $"Not found: CrashIDNotFound {id}");

    /// <summary>A document as it was stored, or indented when <paramref name="pretty"/> is <c>print</c>.</summary>
    public static IResult Document(ReadOnlyMemory<byte> json, string? pretty) =>
        TypedResults.Bytes(pretty == "print" ? Indent(json) : json, Json);

    /// <summary>Reads the crash_id parameter; what to answer when that fails.</summary>
    public static bool TryReadCrashId(string? text, out CrashId id, out IResult refusal)
    {
        refusal = TypedResults.Empty;
        id = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            refusal = Refuse("crash_id", "This field is required.");
            return false;
        }

        if (text.Contains('\0'))
        {
            refusal = Refuse("crash_id", "Null characters are not allowed.");
            return false;
        }

        if (CrashIdText.TryParse(text, out id))
            return true;

        refusal = BadValue("crash_id");
        return false;
    }

    static JsonHttpResult<ApiErrors> Refuse(string parameter, string message) =>
        TypedResults.Json(new ApiErrors(new() { [parameter] = [message] }), statusCode: 400);

    static byte[] Indent(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        using var indented = new MemoryStream();
        using (var writer = new Utf8JsonWriter(indented, new() { Indented = true }))
            document.WriteTo(writer);
        return indented.ToArray();
    }
}
