using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Processing;

/// <summary>How a processor works through its queue.</summary>
public sealed record ProcessorSettings
{
    /// <summary>Crashes processed at a time.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>How long a crash is ours before others may have it; renewed as long as we are at work.</summary>
    public TimeSpan LeaseFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait after each failure of one crash; after as many, and one more, it is parked.</summary>
    public IReadOnlyList<TimeSpan> RetryAfter { get; init; } =
    [
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromSeconds(60),
        TimeSpan.FromSeconds(120),
        TimeSpan.FromSeconds(300),
    ];

    /// <summary>How long to wait when an engine is away, before asking it again.</summary>
    public TimeSpan OutageWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait for a crash to turn up before looking again.</summary>
    public TimeSpan IdleWait { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Takes crashes from the queue and has them processed, several at a time, for as long as it runs. A crash leaves the queue only
/// after its result is durable; one that fails is tried again later and at last parked, and the others go on.
/// </summary>
public sealed partial class ProcessorLoop(
    CrashQueue queue,
    CrashProcessor processor,
    ProcessorSettings settings,
    ProcessingMetrics metrics,
    TimeProvider time,
    ILogger<ProcessorLoop> log)
{
    readonly ConcurrentDictionary<Guid, Lease> _held = new();

    /// <summary>Runs until it is stopped; then crashes that are not done are given back, and it completes.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var slots = new SemaphoreSlim(settings.Workers);
        using var workEnded = new CancellationTokenSource();
        var keeping = KeepLeasesAsync(workEnded.Token);
        var workers = new ConcurrentDictionary<Task, bool>();
        while (!stop.IsCancellationRequested)
        {
            var leases = await TakeAsync(slots, stop);
            foreach (var lease in leases)
            {
                var work = WorkAsync(lease, slots, stop);
                workers.TryAdd(work, true);
                _ = work.ContinueWith(
                    done => workers.TryRemove(done, out _),
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }

        await Task.WhenAll(workers.Keys);
        await workEnded.CancelAsync();
        await keeping;
    }

    /// <summary>Waits for a free worker and then for work; empty when there was none, or when we are stopped.</summary>
    async Task<IReadOnlyList<Lease>> TakeAsync(SemaphoreSlim slots, CancellationToken stop)
    {
        var free = 0;
        IReadOnlyList<Lease> leases = [];
        try
        {
            await slots.WaitAsync(stop);
            for (free = 1; slots.Wait(0, CancellationToken.None); free++)
            {
                // One slot for each crash that can be begun now.
            }

            leases = await queue.LeaseAsync(free, settings.LeaseFor, stop);
            if (leases.Count == 0)
                await queue.WaitAsync(settings.IdleWait, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogQueueFailed(e);
            await Task.Delay(settings.OutageWait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (free > leases.Count)
            slots.Release(free - leases.Count);
        return leases;
    }

    async Task WorkAsync(Lease lease, SemaphoreSlim slots, CancellationToken stop)
    {
        // Leave the loop at once, to let it begin the next.
        await Task.Yield();
        _held[lease.Token] = lease;
        metrics.Working(1);
        try
        {
            await HandleAsync(lease, stop);
        }
        catch (Exception e)
        {
            // The queue is away: the lease runs out, and the crash is handed out again.
            LogGiveBackFailed(lease.Id, e);
        }
        finally
        {
            metrics.Working(-1);
            _held.TryRemove(lease.Token, out _);
            slots.Release();
        }
    }

    async Task HandleAsync(Lease lease, CancellationToken stop)
    {
        if (lease.Attempt > settings.RetryAfter.Count + 1)
        {
            await ParkAsync(lease, $"It was begun {lease.Attempt - 1} times and never ended");
            return;
        }

        try
        {
            var outcome = await ProcessAsync(lease, stop);
            if (outcome == ProcessingOutcome.Missing)
                await ParkAsync(lease, "The raw crash is not in the store");
            else
                await queue.CompleteAsync([lease], CancellationToken.None);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await queue.RetryAsync(lease, TimeSpan.Zero, "The processor was stopped", CancellationToken.None);
        }
        catch (StorageRefusedException e) when (e.IsDamage)
        {
            LogFailed(lease.Id, lease.Attempt, e);
            await ParkAsync(lease, e.Message);
        }
        catch (Exception e)
        {
            LogFailed(lease.Id, lease.Attempt, e);
            await RetryOrParkAsync(lease, $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>An engine that is away is no fault of the crash: wait for it here, and do not count it as an attempt.</summary>
    async Task<ProcessingOutcome> ProcessAsync(Lease lease, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await processor.ProcessAsync(lease.Id, lease.IsReprocessing, lease.Why, stop);
            }
            catch (StorageRefusedException e) when (!e.IsDamage)
            {
                LogStorageRefused(lease.Id, e);
                await Task.Delay(settings.OutageWait, time, stop);
            }
        }
    }

    Task RetryOrParkAsync(Lease lease, string reason)
    {
        if (lease.Attempt > settings.RetryAfter.Count)
            return ParkAsync(lease, reason);

        metrics.Retried(lease.Lane);
        return queue.RetryAsync(lease, settings.RetryAfter[lease.Attempt - 1], reason, CancellationToken.None);
    }

    Task ParkAsync(Lease lease, string reason)
    {
        metrics.Parked();
        LogParked(lease.Id, reason);
        return queue.ParkAsync(lease, reason, CancellationToken.None);
    }

    async Task KeepLeasesAsync(CancellationToken workEnded)
    {
        using var timer = new PeriodicTimer(settings.LeaseFor / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(workEnded))
            {
                foreach (var lease in _held.Values)
                    await ExtendAsync(lease, workEnded);
            }
        }
        catch (OperationCanceledException) when (workEnded.IsCancellationRequested)
        {
        }
    }

    async Task ExtendAsync(Lease lease, CancellationToken cancel)
    {
        try
        {
            // Our result will be stored all the same, and the other worker's is the same.
            if (!await queue.ExtendAsync(lease, settings.LeaseFor, cancel) && _held.TryRemove(lease.Token, out _))
                LogLeaseLost(lease.Id);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogQueueFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "The queue failed; trying again")]
    partial void LogQueueFailed(Exception e);

    [LoggerMessage(LogLevel.Error, "The store refused crash {Id}; waiting for it")]
    partial void LogStorageRefused(CrashId id, Exception e);

    [LoggerMessage(LogLevel.Error, "Crash {Id} failed at attempt {Attempt}")]
    partial void LogFailed(CrashId id, int attempt, Exception e);

    [LoggerMessage(LogLevel.Warning, "Crash {Id} is parked: {Reason}")]
    partial void LogParked(CrashId id, string reason);

    [LoggerMessage(LogLevel.Warning, "The lease of crash {Id} ran out while it was being processed")]
    partial void LogLeaseLost(CrashId id);

    [LoggerMessage(LogLevel.Error, "Crash {Id} could not be given back to the queue; it will be handed out again")]
    partial void LogGiveBackFailed(CrashId id, Exception e);
}
