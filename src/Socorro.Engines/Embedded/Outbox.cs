using Dapper;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>
/// Finds the crashes that wait to be queued. They are rows of the day files; in memory is only which days may have
/// some: at first every day, and then those in which a crash was stored.
/// </summary>
sealed partial class Outbox(DayFiles files, ILogger logger)
{
    const string Oldest = """
        select crash.id from unqueued join crash on crash.key = unqueued.crash
        order by unqueued.crash limit @most
        """;

    readonly Lock _lock = new();
    readonly SortedSet<DateOnly> _days = [.. files.List()];
    TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Expect(DateOnly day)
    {
        lock (_lock)
        {
            _days.Add(day);
            _arrival.TrySetResult();
        }
    }

    public async Task<IReadOnlyList<CrashId>> TakeAsync(int most, CancellationToken cancel)
    {
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (_arrival.Task.IsCompleted)
                    _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

                arrival = _arrival.Task;
            }

            if (Read(most) is { Count: > 0 } ids)
                return ids;

            await arrival.WaitAsync(cancel);
        }
    }

    List<CrashId> Read(int most)
    {
        var ids = new List<CrashId>();
        foreach (var day in Days())
        {
            // The day is crossed off first: a crash that is stored meanwhile writes it down again.
            Forget(day);
            var ofDay = Read(day, most - ids.Count);
            if (ofDay.Count > 0)
                Keep(day);

            ids.AddRange(ofDay);
            if (ids.Count == most)
                break;
        }

        return ids;
    }

    List<CrashId> Read(DateOnly day, int most)
    {
        try
        {
            var ids = files.Find(day)?.ReadOnce(connection => connection.Query<string>(Oldest, new { most }).AsList());
            return ids?.ConvertAll(CrashId.Parse) ?? [];
        }
        catch (StorageRefusedException e) when (e.IsDamage)
        {
            // The other days must go on; this one is looked at again after a restart, perhaps from a backup.
            LogDamaged(e.Message);
            return [];
        }
        catch (StorageRefusedException)
        {
            Keep(day);
            throw;
        }
    }

    DateOnly[] Days()
    {
        lock (_lock)
            return [.. _days];
    }

    void Forget(DateOnly day)
    {
        lock (_lock)
            _days.Remove(day);
    }

    void Keep(DateOnly day)
    {
        lock (_lock)
            _days.Add(day);
    }

    [LoggerMessage(LogLevel.Error, "Crashes that wait to be queued cannot be read: {Reason}")]
    partial void LogDamaged(string reason);
}
