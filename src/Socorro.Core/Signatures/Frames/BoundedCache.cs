using System.Collections.Concurrent;

namespace Socorro.Signatures.Frames;

/// <summary>
/// Remembers what was made of a key, for at most twice the capacity of keys. When the young half is full it becomes the old
/// one, and what nobody asked for since is forgotten with the half before it. Threads may share it.
/// </summary>
sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    ConcurrentDictionary<TKey, TValue> _young = new();
    ConcurrentDictionary<TKey, TValue> _old = new();
    int _count;

    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        if (_young.TryGetValue(key, out var value))
            return value;

        if (!_old.TryGetValue(key, out value))
            value = make(key);

        // Two threads may turn the halves at once; then some keys are forgotten too early, and that is all.
        if (_young.TryAdd(key, value) && Interlocked.Increment(ref _count) > capacity)
        {
            _old = _young;
            _young = new();
            _count = 0;
        }

        return value;
    }
}
