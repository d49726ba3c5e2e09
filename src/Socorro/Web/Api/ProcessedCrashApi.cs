using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Socorro.Storage;

namespace Socorro.Web.Api;

/// <summary><c>/api/ProcessedCrash/</c>: the processed crash as it is stored.</summary>
static class ProcessedCrashApi
{
    public static async Task<IResult> GetAsync(
        [FromQuery(Name = "crash_id"), Required, Description("The id of the crash.")] string? crashId,
        [FromQuery, Description("`print` indents the document.")] string? pretty,
        CrashStore store,
        CancellationToken cancel)
    {
        if (!ApiAnswers.TryReadCrashId(crashId, out var id, out var refusal))
            return refusal;

        return await store.FindProcessedAsync(id, cancel) is { } crash
            ? ApiAnswers.Document(crash.Json, pretty)
            : ApiAnswers.NotFound(id);
    }
}
