using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>One call on a stack.</summary>
/// <param name="Pc">Where execution stood, or will go on when the call returns.</param>
/// <param name="Trust">How the frame was found.</param>
/// <param name="Location">What is known of the instruction: that at <paramref name="Pc"/>, or the call before it.</param>
public readonly record struct Frame(ulong Pc, FrameTrust Trust, CodeLocation Location)
{
    /// <summary>The address that <see cref="Location"/> tells of: inside the calling instruction for all callers.</summary>
    public ulong Instruction => Location.Address;
}

/// <summary>The frames of one thread, the innermost first, with the registers that are known in each.</summary>
public sealed class CallStack
{
    readonly Frame[] _frames;
    readonly SavedRegisters _registers;

    internal CallStack(Frame[] frames, SavedRegisters registers, StackEnd end)
    {
        _frames = frames;
        _registers = registers;
        End = end;
    }

    /// <summary>A thread of which nothing is known.</summary>
    public static CallStack Empty { get; } = new([], new(), StackEnd.Truncated);

    public IReadOnlyList<Frame> Frames => _frames;

    public ReadOnlySpan<Frame> Span => _frames;

    public StackEnd End { get; }

    /// <summary>The registers in a frame: all of them in the first, in its callers those that could be recovered.</summary>
    public Registers GetRegisters(int frame) => _registers.Get(frame);
}

/// <summary>The registers of many frames; only those that are known take room.</summary>
sealed class SavedRegisters
{
    ulong[] _values = [];
    (ulong Valid, int Start)[] _frames = [];
    int _valueCount;
    int _frameCount;

    public void Add(in Registers registers)
    {
        var needed = _valueCount + System.Numerics.BitOperations.PopCount(registers.Valid);
        if (needed > _values.Length)
            Array.Resize(ref _values, Math.Max(needed, Math.Max(64, 2 * _values.Length)));
        if (_frameCount == _frames.Length)
            Array.Resize(ref _frames, Math.Max(16, 2 * _frames.Length));

        _frames[_frameCount++] = (registers.Valid, _valueCount);
        for (var rest = registers.Valid; rest != 0; rest &= rest - 1)
            _values[_valueCount++] = registers[System.Numerics.BitOperations.TrailingZeroCount(rest)];
    }

    public Registers Get(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, _frameCount);
        var (valid, position) = _frames[frame];
        var registers = new Registers();
        for (var rest = valid; rest != 0; rest &= rest - 1)
            registers.Set(System.Numerics.BitOperations.TrailingZeroCount(rest), _values[position++]);
        return registers;
    }
}
