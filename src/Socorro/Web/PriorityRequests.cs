using System.Collections.Concurrent;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Web;

/// <summary>
/// Moves crashes that somebody waits for to the priority lane: each at most once a minute, however often it is asked for.
/// </summary>
sealed class PriorityRequests(CrashQueue queue, TimeProvider time)
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);
    const int MaxRemembered = 10_000;

    readonly ConcurrentDictionary<CrashId, long> _lastRequests = new();

    public async Task AddAsync(CrashId id, CancellationToken cancel)
    {
        var now = time.GetTimestamp();
        if (_lastRequests.Count >= MaxRemembered)
            Forget(now);

        // Of several viewers in the same instant one swaps its time in, and that one publishes.
        var isFirst = _lastRequests.TryAdd(id, now);
        if (!isFirst && !(_lastRequests.TryGetValue(id, out var last)
            && time.GetElapsedTime(last, now) >= Pause && _lastRequests.TryUpdate(id, now, last)))
        {
            return;
        }

        try
        {
            await queue.PublishAsync(Lane.Priority, [id], cancel);
        }
        catch
        {
            // What failed must not keep the next viewer from trying.
            _lastRequests.TryRemove(id, out _);
            throw;
        }
    }

    void Forget(long now)
    {
        foreach (var (id, last) in _lastRequests)
        {
            if (time.GetElapsedTime(last, now) >= Pause)
                _lastRequests.TryRemove(id, out _);
        }

        if (_lastRequests.Count >= MaxRemembered)
            _lastRequests.Clear();
    }
}
