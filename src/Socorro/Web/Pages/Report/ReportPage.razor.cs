using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Access;
using Socorro.Fields;
using Socorro.Reading;

namespace Socorro.Web.Pages.Report;

/// <summary><c>/report/index/{id}</c>: the report of one crash, or the way to it.</summary>
public sealed partial class ReportPage
{
    const int MaxFailed = 1_000;

    [Parameter, EditorRequired]
    public required CrashReport Report { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<DetailGroup> Groups { get; set; }

    /// <summary>How far an order is that its reader gave from here; null when he gave none.</summary>
    [Parameter]
    public Again? Again { get; set; }

    internal static async Task<IResult> ShowAsync(
        string? id,
        long? order,
        HttpResponse response,
        CrashView crashes,
        PriorityRequests priority,
        ReportReprocessing reprocessing,
        FieldSet fields,
        CancellationToken cancel)
    {
        if (!CrashIdText.TryFind(id ?? "", out var crashId, out var isExact))
        {
            return Failures.Page(
                400, "Not a crash id", "A crash id looks like de1bb258-cbbf-4589-a673-34f800160918, with or without bp- before it.");
        }

        if (!isExact)
            return TypedResults.Redirect($"/report/index/{crashId}");

        response.Headers.CacheControl = "private, no-store";
        if (await crashes.FindRawAsync(crashId, cancel) is not { } raw)
        {
            return Failures.Page(
                404,
                "No such crash",
                $"There is no crash {crashId} in the store. It was never accepted here, or it is older than what is kept.");
        }

        if (await crashes.FindProcessedAsync(crashId, cancel) is not { } processed)
            return await WaitAsync(raw, crashes, priority, cancel);

        var report = CrashReport.Read(raw, processed);
        return new RazorComponentResult<ReportPage>(new
        {
            Report = report,
            Groups = Details.Of(report.Fields, fields, CrashReport.Limits.MaxValue),
            Again = order is { } key && crashes.Reader.May(Permission.Reprocess)
                ? await reprocessing.FindAsync(key, crashId, report.Fields, crashes, cancel)
                : null,
        });
    }

    static async Task<IResult> WaitAsync(
        VisibleCrash raw, CrashView crashes, PriorityRequests priority, CancellationToken cancel)
    {
        // Asked before it is moved ahead, which takes it out of the parked ones.
        var failed = (await crashes.ListFailedAsync(MaxFailed, cancel)).FirstOrDefault(crash => crash.Id == raw.Id);
        await priority.AddAsync(raw.Id, cancel);
        return new RazorComponentResult<PendingPage>(new { Raw = raw, Failed = failed });
    }
}
