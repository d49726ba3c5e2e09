using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Socorro.Crashes;
using Socorro.Reading;

namespace Socorro.Web.Api;

/// <summary><c>/api/RawCrash/</c>: the annotations of a crash, or one of its dumps.</summary>
static class RawCrashApi
{
    const string MainDump = "upload_file_minidump";

    public static async Task<IResult> GetAsync(
        [FromQuery(Name = "crash_id"), Required, Description("The id of the crash.")] string? crashId,
        [FromQuery, Description("`meta` (default) for the annotations, `raw` for the bytes of a dump.")] string? format,
        [FromQuery, Description("Which dump; the main one when not said.")] string? name,
        [FromQuery, Description("`print` indents the document.")] string? pretty,
        CrashView crashes,
        CancellationToken cancel)
    {
        if (!ApiAnswers.TryReadCrashId(crashId, out var id, out var refusal))
            return refusal;

        return format switch
        {
            null or "" or "meta" => await crashes.FindRawAsync(id, cancel) is { } crash
                ? ApiAnswers.Document(RawCrashAnswer.Write(crash), pretty)
                : ApiAnswers.NotFound(id),
            "raw" => await SendDumpAsync(id, name, crashes, cancel),
            _ => ApiAnswers.BadValue("format"),
        };
    }

    static async Task<IResult> SendDumpAsync(CrashId id, string? name, CrashView crashes, CancellationToken cancel)
    {
        var dump = await crashes.FindDumpAsync(id, string.IsNullOrEmpty(name) ? MainDump : name, cancel);
        return dump is { } bytes
            ? TypedResults.Bytes(bytes, "application/octet-stream", FileNameOf(id, name))
            : ApiAnswers.NotFound(id);
    }

    /// <summary>The name that a saved dump gets. Stored dump names are letters, digits and underscores.</summary>
    static string FileNameOf(CrashId id, string? name) => name switch
    {
        null or "" => $"{id}.dmp",
        "memory_report" => "memory_report.json.gz",
        _ => $"{id}-{name}.dmp",
    };
}
