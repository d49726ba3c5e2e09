using System.Text.Json;
using System.Text.Json.Serialization;
using Socorro.Crashes;
using Socorro.Reading;
using Socorro.Reprocessing;
using Socorro.Storage;

namespace Socorro.Web.Pages.Report;

/// <summary>How far a crash is that somebody had processed again from its report.</summary>
/// <param name="Order">The number of his order.</param>
/// <param name="IsOver">Whether there is nothing more to wait for.</param>
/// <param name="HasWorked">Whether the report is the one that was ordered.</param>
/// <param name="Text">The same in a sentence.</param>
public sealed record Again(
    [property: JsonPropertyName("order")] long Order,
    [property: JsonPropertyName("is_over")] bool IsOver,
    [property: JsonPropertyName("has_worked")] bool HasWorked,
    [property: JsonPropertyName("text")] string Text);

/// <summary>Has one crash processed again from its report, and says how far that is, to those who may.</summary>
sealed class ReportReprocessing(ReprocessingDesk desk, PriorityRequests priority, TimeProvider time)
{
    const int MaxFailed = 1_000;
    const int MaxText = 500;

    /// <summary>Whoever comes back to the address after that long does not wait any more.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>The button: orders the crash, and goes back to its report.</summary>
    internal static async Task<IResult> OrderAsync(
        string id, CrashView crashes, ReprocessingDesk desk, CancellationToken cancel)
    {
        if (!CrashIdText.TryParse(id, out var crash))
            return Failures.Page(400, "Not a crash id", "There is nothing to process again.");
        if (!(await crashes.LocateAsync(crash, cancel)).HasRaw)
            return Failures.Page(404, "No such crash", $"There is no crash {crash} in the store.");

        var order = await desk.OrderAsync(
            new[] { crash }.ToAsyncEnumerable(), ReprocessingScope.Everything, rate: null, crashes.Reader.Title, cancel);
        return TypedResults.LocalRedirect($"/report/index/{crash}?order={order.Key}");
    }

    /// <summary>What the page asks until it is over.</summary>
    internal static async Task<IResult> ShowAsync(
        string id, long order, CrashView crashes, ReportReprocessing reprocessing, CancellationToken cancel)
    {
        if (!CrashIdText.TryParse(id, out var crash) || await crashes.FindProcessedAsync(crash, cancel) is not { } processed)
            return TypedResults.NotFound();

        return TypedResults.Json(
            await reprocessing.FindAsync(order, crash, JsonElement.Parse(processed.Span), crashes, cancel)
                ?? new(order, IsOver: true, HasWorked: false, ""));
    }

    /// <summary>Null when there is no such order, or it is long over.</summary>
    public async Task<Again?> FindAsync(
        long key, CrashId id, JsonElement processed, CrashView crashes, CancellationToken cancel)
    {
        if (await desk.FindAsync(key, crashes.Reader, cancel) is not { Query: null } order)
            return null;
        if (Reasons(processed).Contains(order.Reason))
            return new(key, IsOver: true, HasWorked: true, $"This crash was processed again by order {key}: you see the new report.");
        if (order.State != ReprocessingState.Open && time.GetUtcNow() - order.ChangedAt > LongestWait)
            return null;

        return order.State switch
        {
            ReprocessingState.Open when order.Error is { } error =>
                Wait($"Order {key} waits: {Wording.Clip(error, MaxText)}"),
            ReprocessingState.Open => Wait($"Order {key} waits for its turn."),
            ReprocessingState.Cancelled => End($"Order {key} was cancelled. This is the report as it was."),
            _ when (order.Error ?? order.Progress.Failure) is { } failure =>
                End($"Order {key} failed: {Wording.Clip(failure, MaxText)}. This is the report as it was."),
            _ => await FindQueuedAsync(key, id, crashes, cancel),
        };

        Again Wait(string text) => new(key, IsOver: false, HasWorked: false, text);
        Again End(string text) => new(key, IsOver: true, HasWorked: false, text);
    }

    /// <summary>What the crash was processed for, now and before: the first note of each processing says it.</summary>
    static IEnumerable<string> Reasons(JsonElement processed) =>
        from notes in processed.Entries("processor_history").Select(entry => entry.AsText()).Prepend(processed.Text("processor_notes"))
        let first = notes.Split('\n')[0]
        where first.EndsWith(')')
        select first[..^1].Split("; ")[^1];

    async Task<Again> FindQueuedAsync(long key, CrashId id, CrashView crashes, CancellationToken cancel)
    {
        if ((await crashes.ListFailedAsync(MaxFailed, cancel)).FirstOrDefault(crash => crash.Id == id) is { } failed)
        {
            var error = failed.Error is { } text ? $": {Wording.Clip(text, MaxText)}" : "";
            return new(
                key,
                IsOver: true,
                HasWorked: false,
                $"Processing failed {Wording.Count(failed.Attempts, "time", "times")}{error}. This is the report as it was.");
        }

        // Somebody waits for it, as for a new one that he opens.
        await priority.AddAsync(id, cancel);
        return new(key, IsOver: false, HasWorked: false, "The crash is being processed again, ahead of all others.");
    }
}
