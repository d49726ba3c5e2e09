using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Search;
using Socorro.Storage;

namespace Socorro.Reprocessing;

/// <summary>
/// Works through orders to process crashes again, for as long as the process runs: each in short turns, so that a small one
/// need not wait for a large one. An order goes on where its last turn ended, whatever happened since: the crashes of a turn
/// that was cut off are given once more, and none is missed.
/// </summary>
public sealed partial class Reprocessor(
    CrashStore store,
    CrashQueue queue,
    Catalog catalog,
    SignatureRegenerator signatures,
    FieldSet fields,
    ReprocessingSettings settings,
    ReprocessingMetrics metrics,
    TimeProvider time,
    ILogger<Reprocessor> log)
{
    const int MaxOpen = 100;
    const int MaxForgotten = 5_000;

    /// <summary>The most that a turn gives: a quarter of a second's at a high rate.</summary>
    const int MaxSent = 500;
    const int MaxLooked = 2_000;

    /// <summary>Processed crashes in memory at a time.</summary>
    const int MaxTogether = 32;

    static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(0.5);

    readonly ReprocessingOrders _orders = catalog.Reprocessing;
    readonly OrderCrashes _crashes = new(store, catalog.Reprocessing, fields);

    /// <summary>When each open order may have its next turn, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    Dictionary<long, long> _due = [];

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            TimeSpan pause;
            try
            {
                pause = await TakeTurnAsync(cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                LogFailed(settings.OutageWait.TotalSeconds, e);
                pause = settings.OutageWait;
            }

            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, cancel);
        }
    }

    /// <summary>Gives the order a turn that has waited longest and may have one.</summary>
    /// <returns>How long there is nothing to do.</returns>
    internal async Task<TimeSpan> TakeTurnAsync(CancellationToken cancel)
    {
        var open = await _orders.ListOpenAsync(MaxOpen, cancel);
        metrics.Open(open.Count);
        _due = open.ToDictionary(order => order.Key, order => _due.GetValueOrDefault(order.Key));
        if (open.Count == 0)
            return await _orders.ForgetIdsAsync(MaxForgotten, cancel) > 0 ? TimeSpan.Zero : settings.IdleWait;

        var now = time.GetTimestamp();
        if (open.FirstOrDefault(order => _due[order.Key] <= now) is { } ready)
        {
            var began = now;
            var wait = await WorkAsync(ready, cancel);
            _due[ready.Key] = began + (long)(wait.TotalSeconds * time.TimestampFrequency);
            return TimeSpan.Zero;
        }

        var next = time.GetElapsedTime(now, _due.Values.Min());
        return next < settings.IdleWait ? next : settings.IdleWait;
    }

    /// <returns>How long after its beginning the order may have its next turn.</returns>
    async Task<TimeSpan> WorkAsync(ReprocessingOrder order, CancellationToken cancel)
    {
        try
        {
            var rate = order.Rate ?? settings.Rate;
            var most = Math.Min(Math.Clamp(rate / 4, 1, MaxSent), await FindRoomAsync(order, cancel));
            if (most <= 0)
                return settings.IdleWait;

            var began = time.GetTimestamp();
            var turn = new OrderTurn(order, most);
            var isLast = await PassAsync(turn, cancel);
            await GiveAsync(turn, cancel);
            await WriteDownAsync(turn, isLast, cancel);
            // Looking takes time from new crashes as well; half of it is theirs.
            var looking = 2 * time.GetElapsedTime(began);
            var sending = TimeSpan.FromSeconds((double)turn.Sent / rate);
            return order.Scope == ReprocessingScope.Signature || sending > looking ? sending : looking;
        }
        catch (Exception e) when (e is FormatException or StorageRefusedException { IsDamage: true })
        {
            LogOrderFailed(order.Key, e);
            await _orders.CloseAsync(order.Key, ReprocessingState.Failed, e.Message, time.GetUtcNow(), cancel);
            return TimeSpan.Zero;
        }
        catch (StorageRefusedException e)
        {
            LogOrderWaits(order.Key, e);
            await _orders.NoteErrorAsync(order.Key, e.Message, time.GetUtcNow(), cancel);
            return settings.OutageWait;
        }
    }

    /// <summary>A lane that is long only makes everybody wait who looks at it.</summary>
    async Task<int> FindRoomAsync(ReprocessingOrder order, CancellationToken cancel)
    {
        if (order.Scope == ReprocessingScope.Signature)
            return int.MaxValue;

        var lanes = await queue.MeasureAsync(cancel);
        return settings.MostWaiting - (int)Math.Min(lanes.Single(lane => lane.Lane == Lane.Reprocessing).Waiting, int.MaxValue);
    }

    /// <summary>Passes the next crashes; true when there are no more.</summary>
    async Task<bool> PassAsync(OrderTurn turn, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        if (turn.Progress.Total is null)
            turn.Count(await _crashes.CountAsync(turn.Order, cancel));

        var together = new List<ProcessedCrash>();
        await foreach (var crash in _crashes.ListAsync(turn.Order, cancel))
        {
            turn.Pass(crash.Id);
            Take(turn, crash, together);
            if (together.Count == MaxTogether)
                await RegenerateAsync(turn, together, cancel);

            var isOver = turn.Sent + together.Count >= turn.Most
                || turn.Looked >= MaxLooked
                || time.GetElapsedTime(began) >= LongestTurn;
            if (isOver)
            {
                await RegenerateAsync(turn, together, cancel);
                return false;
            }
        }

        await RegenerateAsync(turn, together, cancel);
        return true;
    }

    static void Take(OrderTurn turn, ScannedCrash crash, List<ProcessedCrash> together)
    {
        var isByQuery = turn.Order.Query is not null;
        switch (turn.Order.Scope)
        {
            case var _ when crash.Damage is { } damage:
                turn.Fail(crash.Id, damage);
                break;
            case var _ when !crash.IsMatch:
                break;
            case ReprocessingScope.Everything:
                turn.Publish(crash.Id);
                break;
            case ReprocessingScope.Signature when crash.Processed is { } processed:
                together.Add(processed);
                break;
            case ReprocessingScope.Signature when !isByQuery:
                turn.Fail(crash.Id, "it was never processed");
                break;
        }
    }

    async Task RegenerateAsync(OrderTurn turn, List<ProcessedCrash> crashes, CancellationToken cancel)
    {
        var work = crashes.ConvertAll(crash => (crash.Id, Task: Task.Run(
            () => signatures.RegenerateAsync(crash, turn.Why, cancel), cancel)));
        crashes.Clear();
        foreach (var (id, task) in work)
        {
            try
            {
                turn.Regenerate(await task);
            }
            catch (Exception e) when (e is InvalidDataException or StorageRefusedException { IsDamage: true })
            {
                turn.Fail(id, e.Message);
            }
        }
    }

    Task GiveAsync(OrderTurn turn, CancellationToken cancel) => turn.Order.Scope switch
    {
        ReprocessingScope.Everything => queue.PublishAsync(Lane.Reprocessing, turn.ToPublish, turn.Why, cancel),
        ReprocessingScope.Signature => catalog.RecordAsync(turn.Regenerated, cancel),
        _ => throw new InvalidOperationException($"There is no scope {turn.Order.Scope}"),
    };

    async Task WriteDownAsync(OrderTurn turn, bool isLast, CancellationToken cancel)
    {
        var order = turn.Order;
        // Somebody has cancelled it, or another process has given the same crashes.
        if (!await _orders.AdvanceAsync(order, turn.Progress, time.GetUtcNow(), cancel))
            return;

        metrics.Advanced(order.Scope, order.Progress, turn.Progress);
        if (!isLast)
            return;

        await _orders.CloseAsync(order.Key, ReprocessingState.Done, error: null, time.GetUtcNow(), cancel);
        LogDone(order.Key, turn.Progress.Sent, turn.Progress.Looked);
    }

    [LoggerMessage(LogLevel.Error, "Reprocessing orders cannot be read or written; the next try is in {Seconds} s")]
    partial void LogFailed(double seconds, Exception e);

    [LoggerMessage(LogLevel.Error, "Reprocessing order {Order} cannot go on")]
    partial void LogOrderFailed(long order, Exception e);

    [LoggerMessage(LogLevel.Warning, "Reprocessing order {Order} waits")]
    partial void LogOrderWaits(long order, Exception e);

    [LoggerMessage(LogLevel.Information, "Reprocessing order {Order} is done: {Sent} of {Looked} crashes")]
    partial void LogDone(long order, long sent, long looked);
}
