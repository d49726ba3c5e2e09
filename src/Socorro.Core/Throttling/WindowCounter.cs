namespace Socorro.Throttling;

/// <summary>
/// Counts by key in windows of time that all keys share, such as UTC days. It starts anew with the process, and counts keys
/// together when there are suspiciously many.
/// </summary>
public sealed class WindowCounter(TimeSpan window)
{
    const int MaxKeys = 100_000;
    const string Others = "";

    readonly Lock _lock = new();
    readonly Dictionary<string, int> _counts = [];
    DateTimeOffset _end = DateTimeOffset.MinValue + window;

    /// <summary>Counts one more unless there were so many in this window already.</summary>
    /// <param name="key">Whom to count for.</param>
    /// <param name="most">How many are allowed.</param>
    /// <param name="now">Decides which window it is.</param>
    /// <param name="wait">Until the next window, when it did not count.</param>
    public bool TryCount(string key, int most, DateTimeOffset now, out TimeSpan wait)
    {
        lock (_lock)
        {
            if (IsUsedUp(ref key, most, now, out wait))
                return false;

            _counts[key] = _counts.GetValueOrDefault(key) + 1;
            return true;
        }
    }

    /// <summary>Whether there were so many in this window already; counts nothing.</summary>
    public bool IsUsedUp(string key, int most, DateTimeOffset now, out TimeSpan wait)
    {
        lock (_lock)
            return IsUsedUp(ref key, most, now, out wait);
    }

    bool IsUsedUp(ref string key, int most, DateTimeOffset now, out TimeSpan wait)
    {
        if (now >= _end)
            _counts.Clear();

        // A clock that is set back takes the counts along: else nobody would be let in until it had caught up.
        if (now >= _end || now < _end - window)
            _end = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % window.Ticks), TimeSpan.Zero) + window;

        if (_counts.Count >= MaxKeys && !_counts.ContainsKey(key))
            key = Others;

        var isUsedUp = _counts.GetValueOrDefault(key) >= most;
        wait = isUsedUp ? _end - now : TimeSpan.Zero;
        return isUsedUp;
    }
}
