using Dapper;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>
/// Finds the crashes that wait to be queued. They are rows of the day files; in memory is only which days may have
/// some: at first every day, and then those in which a crash was stored, by us or by another process.
/// </summary>
sealed partial class Outbox(DayFiles files, TimeProvider time, ILogger logger)
{
    // How soon a crash is seen that another process has stored, and perhaps died over.
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    const string Oldest = """
        select crash.id from unqueued join crash on crash.key = unqueued.crash
        order by unqueued.crash limit @most
        """;
    const string Extent = """
        select (select count(*) from unqueued),
            (select submitted_at from crash where key = (select min(crash) from unqueued))
        """;

    readonly Lock _lock = new();
    readonly SortedSet<DateOnly> _days = [];
    readonly Dictionary<DateOnly, string> _damaged = [];
    readonly Dictionary<DateOnly, DateTime> _seen = [];
    long? _looked;
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
            if (_looked is not { } at || time.GetElapsedTime(at) >= LookEvery)
            {
                _looked = time.GetTimestamp();
                ExpectChanged();
            }

            Task arrival;
            lock (_lock)
            {
                if (_arrival.Task.IsCompleted)
                    _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

                arrival = _arrival.Task;
            }

            if (Read(most) is { Count: > 0 } ids)
                return ids;

            await arrival.WaitAsync(LookEvery, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>
    /// Leaves out a day whose file is damaged: the others must go on. It is looked at again when its file changes, perhaps
    /// from a backup.
    /// </summary>
    public void Pass(DateOnly day, string damage)
    {
        LogDamaged(damage);
        lock (_lock)
        {
            _days.Remove(day);
            _damaged[day] = damage;
        }
    }

    public Backlog Measure()
    {
        ExpectChanged();
        var waiting = 0L;
        DateTimeOffset? oldest = null;
        foreach (var day in Days())
        {
            var (ofDay, since) = Read(day, connection => connection.QuerySingle<(long, string?)>(Extent));
            waiting += ofDay;
            oldest ??= since is null ? null : SqliteCrashStore.ParseTimestamp(since);
        }

        lock (_lock)
            return new(waiting, oldest, _damaged.Count == 0 ? null : string.Join("; ", _damaged.Values));
    }

    List<CrashId> Read(int most)
    {
        var ids = new List<CrashId>();
        foreach (var day in Days())
        {
            // The day is crossed off first: a crash that is stored meanwhile writes it down again.
            Forget(day);
            var page = new { most = most - ids.Count };
            var ofDay = Read(day, connection => connection.Query<string>(Oldest, page).AsList()) ?? [];
            if (ofDay.Count > 0)
                Keep(day);

            ids.AddRange(ofDay.Select(CrashId.Parse));
            if (ids.Count == most)
                break;
        }

        return ids;
    }

    T? Read<T>(DateOnly day, Func<Microsoft.Data.Sqlite.SqliteConnection, T> read)
    {
        try
        {
            var found = files.ReadOnce(day, read);
            lock (_lock)
                _damaged.Remove(day);
            return found;
        }
        catch (StorageRefusedException e) when (e.IsDamage)
        {
            Pass(day, e.Message);
            return default;
        }
        catch (StorageRefusedException)
        {
            Keep(day);
            throw;
        }
    }

    /// <summary>Writes down the days whose files were written since they were seen last.</summary>
    void ExpectChanged()
    {
        var now = DateTime.UtcNow;
        foreach (var day in files.List())
        {
            var written = files.LastWrite(day);
            lock (_lock)
            {
                if (_seen.TryGetValue(day, out var seen) && seen == written)
                    continue;

                // A time of writing is coarse: what was written a moment ago may change without changing it.
                _days.Add(day);
                if (now - written > TimeSpan.FromSeconds(1))
                    _seen[day] = written;
            }
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

    [LoggerMessage(LogLevel.Error, "A day is left out, and its crashes are not queued, until its file is put right: {Reason}")]
    partial void LogDamaged(string reason);
}
