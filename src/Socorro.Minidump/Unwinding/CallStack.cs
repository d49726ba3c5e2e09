using System.Numerics;
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
    public static CallStack Empty { get; } = new([], SavedRegisters.None, StackEnd.Truncated);

    /// <summary>Innermost first.</summary>
    public IReadOnlyList<Frame> Frames => _frames;

    /// <summary>The same as <see cref="Frames"/>, for loops over many.</summary>
    internal ReadOnlySpan<Frame> Span => _frames;

    /// <summary>Why there are no more frames.</summary>
    public StackEnd End { get; }

    /// <summary>The registers in a frame: all of them in the first, in its callers those that could be recovered.</summary>
    public Registers GetRegisters(int frame) => _registers.Get(frame);

    /// <summary>The innermost frames, as if a limit had ended the walk behind them.</summary>
    internal CallStack CutAfter(int frames) => new(_frames[..frames], _registers, StackEnd.Limit);
}

/// <summary>The registers of many frames; only those that are known take room.</summary>
sealed class SavedRegisters
{
    readonly ulong[] _values;
    readonly (ulong Valid, int Start)[] _frames;

    SavedRegisters(ulong[] values, (ulong, int)[] frames)
    {
        _values = values;
        _frames = frames;
    }

    public static SavedRegisters None { get; } = new([], []);

    public Registers Get(int frame)
    {
        var (valid, position) = _frames[frame];
        var registers = new Registers();
        for (var rest = valid; rest != 0; rest &= rest - 1)
            registers.Set(BitOperations.TrailingZeroCount(rest), _values[position++]);
        return registers;
    }

    /// <summary>Gathers the registers of one stack after the other.</summary>
    public sealed class Builder
    {
        readonly List<ulong> _values = [];
        readonly List<(ulong Valid, int Start)> _frames = [];

        public void Add(in Registers registers)
        {
            _frames.Add((registers.Valid, _values.Count));
            for (var rest = registers.Valid; rest != 0; rest &= rest - 1)
                _values.Add(registers[BitOperations.TrailingZeroCount(rest)]);
        }

        /// <summary>What was gathered since the last call.</summary>
        public SavedRegisters Take()
        {
            var taken = new SavedRegisters([.. _values], [.. _frames]);
            _values.Clear();
            _frames.Clear();
            return taken;
        }
    }
}
