using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Socorro.Reading;

namespace Socorro.Web.Api;

/// <summary><c>/api/ProcessedCrash/</c>: the processed crash, or its public part.</summary>
static class ProcessedCrashApi
{
    public static async Task<IResult> GetAsync(
        [FromQuery(Name = "crash_id"), Required, Description("The id of the crash.")] string? crashId,
        [FromQuery, Description("`print` indents the document.")] string? pretty,
        CrashView crashes,
        CancellationToken cancel)
    {
        if (!ApiAnswers.TryReadCrashId(crashId, out var id, out var refusal))
            return refusal;

        return await crashes.FindProcessedAsync(id, cancel) is { } json
            ? ApiAnswers.Document(json, pretty)
            : ApiAnswers.NotFound(id);
    }
}
