using Socorro.Reading;
using Socorro.Storage;

namespace Socorro.Web.Api;

/// <summary>One thing that does not work.</summary>
/// <param name="Name">The part: store, mover, queue, catalog or disk.</param>
/// <param name="Msg">What it said.</param>
public sealed record HeartbeatError(string Name, string Msg);

/// <summary>
/// Whether this process can do its work now: a durable write to the store, an answer of queue and catalog, room on the
/// disk. All are asked at once, and silence counts as trouble.
/// </summary>
public sealed partial class Heartbeat(
    CrashViews crashes,
    CrashMover mover,
    CrashQueue queue,
    Catalog catalog,
    FreeSpace space,
    TimeProvider time,
    ILogger<Heartbeat> log)
{
    readonly CrashMover _mover = mover;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<IResult> AnswerAsync(Heartbeat heartbeat, HttpResponse response, CancellationToken cancel)
    {
        var errors = await heartbeat.CheckAsync(cancel);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new { errors, mover = Describe(await heartbeat.FindBacklogAsync(cancel), heartbeat._mover.LastError?.Reason) },
            statusCode: errors is [] ? 200 : 503);
    }

    static object Describe(Backlog? backlog, string? lastError) =>
        new { waiting = backlog?.Waiting, oldest = backlog?.OldestSince, last_error = lastError };

    public async Task<IReadOnlyList<HeartbeatError>> CheckAsync(CancellationToken cancel)
    {
        var findings = await Task.WhenAll(
            AskAsync("store", crashes.FindTroubleAsync, cancel),
            AskAsync("mover", _ => Task.FromResult(_mover.Trouble), cancel),
            AskAsync("queue", async cancel => { await queue.MeasureAsync(cancel); return null; }, cancel),
            AskAsync("catalog", async cancel => { await catalog.ListNewestAsync(1, cancel); return null; }, cancel),
            AskAsync("disk", _ => Task.FromResult(space.FindTrouble()), cancel));
        return [.. findings.OfType<HeartbeatError>()];
    }

    /// <summary>What waits to be handed over; null when the store that accepts crashes does not say.</summary>
    public async Task<Backlog?> FindBacklogAsync(CancellationToken cancel)
    {
        try
        {
            return await _mover.MeasureAsync(cancel).WaitAsync(Patience, time, cancel);
        }
        catch (Exception e) when (e is StorageRefusedException or TimeoutException)
        {
            LogFailed("mover", e);
            return null;
        }
    }

    async Task<HeartbeatError?> AskAsync(
        string name, Func<CancellationToken, Task<string?>> ask, CancellationToken cancel)
    {
        try
        {
            var trouble = await ask(cancel).WaitAsync(Patience, time, cancel);
            return trouble is null ? null : new(name, trouble);
        }
        catch (TimeoutException)
        {
            return new(name, $"no answer within {Patience.TotalSeconds} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An engine may fail in any way; each is a finding, and none may hide the others.
            LogFailed(name, e);
            return new(name, $"{e.GetType().Name}: {e.Message}");
        }
    }

    [LoggerMessage(LogLevel.Warning, "The heartbeat's question to the {Name} failed")]
    partial void LogFailed(string name, Exception e);
}
