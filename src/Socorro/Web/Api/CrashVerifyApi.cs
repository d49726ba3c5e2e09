using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Socorro.Reading;

namespace Socorro.Web.Api;

/// <summary>Which documents of a crash are in the store.</summary>
public sealed record CrashWhereabouts(
    string Uuid,
    [property: JsonPropertyName("raw_crash")] bool HasRaw,
    [property: JsonPropertyName("processed_crash")] bool HasProcessed);

/// <summary><c>/api/CrashVerify/</c>: where a crash is; the page of a pending crash asks it, for it never answers 404.</summary>
static class CrashVerifyApi
{
    public static async Task<IResult> GetAsync(
        [FromQuery(Name = "crash_id"), Required, Description("The id of the crash.")] string? crashId,
        CrashView crashes,
        CancellationToken cancel)
    {
        if (!ApiAnswers.TryReadCrashId(crashId, out var id, out _))
            return ApiAnswers.Error(400, "unknown crash id");

        var (hasRaw, hasProcessed) = await crashes.LocateAsync(id, cancel);
        return TypedResults.Json(new CrashWhereabouts(id.ToString(), hasRaw, hasProcessed));
    }
}
