namespace Socorro.Minidumps;

/// <summary>
/// Collects problems from all readers of one dump, also from those that run later and side by side. A hostile dump can
/// cause any number of problems, so only the first ones are kept.
/// </summary>
sealed class ProblemLog
{
    const int Capacity = 256;

    readonly Lock _lock = new();
    readonly List<Problem> _problems = [];

    public void Add(string where, string what)
    {
        lock (_lock)
        {
            if (_problems.Count < Capacity)
                _problems.Add(new(where, what));
            else if (_problems.Count == Capacity)
                _problems.Add(new("The dump", "has more problems; they are not listed"));
        }
    }

    public IReadOnlyList<Problem> ToList()
    {
        lock (_lock)
            return [.. _problems];
    }
}
