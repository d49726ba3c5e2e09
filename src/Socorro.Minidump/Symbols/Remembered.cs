namespace Socorro.Minidumps.Symbols;

/// <summary>
/// The last answers by the number that was asked for; a new one takes the place of another. Safe to share between threads: at
/// worst an answer is made twice.
/// </summary>
sealed class Remembered<T>
{
    const int Count = 1024;

    readonly Entry?[] _entries = new Entry?[Count];

    public bool TryFind(uint number, out T answer)
    {
        var entry = _entries[number % Count];
        var isThere = entry is not null && entry.Number == number;
        answer = isThere ? entry!.Answer : default!;
        return isThere;
    }

    public void Add(uint number, T answer) => _entries[number % Count] = new(number, answer);

    sealed record Entry(uint Number, T Answer);
}
