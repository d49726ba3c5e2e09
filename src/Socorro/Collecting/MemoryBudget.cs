namespace Socorro.Collecting;

/// <summary>The memory that all submissions under way may hold together, in bytes.</summary>
sealed class MemoryBudget(long bytes)
{
    long _taken;

    public long Taken => Volatile.Read(ref _taken);

    public bool TryTake(long count)
    {
        if (Interlocked.Add(ref _taken, count) <= bytes)
            return true;

        GiveBack(count);
        return false;
    }

    public void GiveBack(long count) => Interlocked.Add(ref _taken, -count);
}
