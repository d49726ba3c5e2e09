using System.Text;

namespace Socorro.Minidumps.Demangling;

/// <summary>
/// Where a demangled name is put together. A short name can stand for one of any length, or for endless work that
/// writes nothing; this counts both and goes over its limit.
/// </summary>
sealed class NameWriter
{
    const int MaxLength = 32 << 10;
    const int MaxSteps = 1 << 17;

    readonly StringBuilder _text = new();
    int _steps;

    /// <summary>Whether the name is too long, or too much work; what was written is of no use.</summary>
    public bool IsOver { get; private set; }

    public int Length => _text.Length;

    public char Last => _text.Length == 0 ? '\0' : _text[^1];

    /// <summary>Counts a step; false when there were too many.</summary>
    public bool Step()
    {
        if (++_steps > MaxSteps)
            IsOver = true;
        return !IsOver;
    }

    public void Write(ReadOnlySpan<char> text)
    {
        if (_text.Length + text.Length > MaxLength)
            IsOver = true;
        if (!IsOver)
            _text.Append(text);
    }

    /// <summary>Gives the name up.</summary>
    public void Fail() => IsOver = true;

    /// <summary>Takes back what was written beyond a length.</summary>
    public void Truncate(int length)
    {
        if (!IsOver)
            _text.Length = length;
    }

    public override string ToString() => _text.ToString();
}
