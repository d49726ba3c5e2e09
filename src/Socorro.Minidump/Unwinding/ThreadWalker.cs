using System.Diagnostics;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>Walks stacks of one dump, one thread after the other.</summary>
sealed class ThreadWalker(WalkContext walk)
{
    /// <summary>How many frames may pass before the clock is looked at.</summary>
    const int DeadlineStride = 64;

    /// <summary>A walk that changes between stacks more often than this goes in circles.</summary>
    const int MaxStackSwitches = 16;

    /// <summary>Functions without a frame of their own that may call each other.</summary>
    const int MaxFrameless = 4;

    readonly Unwinder? _unwinder = Unwinder.Create(walk);
    readonly long _started = Stopwatch.GetTimestamp();
    readonly List<Frame> _frames = [];
    readonly SavedRegisters.Builder _registers = new();
    WalkFrame _callee = new();
    WalkFrame _caller = new();
    int _totalFrames;

    /// <summary>Whether a limit on all threads together cut a walk short.</summary>
    public bool IsOverLimit { get; private set; }

    /// <param name="context">The registers of the innermost frame.</param>
    /// <param name="framesLeft">How many frames the limit on all threads together leaves for this one.</param>
    /// <param name="shadowStack">Where its newest return address is on the processor's shadow stack; null when not known.</param>
    public CallStack Walk(in Registers context, int framesLeft, ulong? shadowStack = null)
    {
        if (_unwinder is not null)
            _unwinder.Shadow = shadowStack is null ? null : new(walk, shadowStack);
        _frames.Clear();
        _callee.Registers = context;
        _callee.Trust = FrameTrust.Context;
        _callee.IsInterrupted = true;
        _callee.CalleeParameterSize = 0;
        Locate(_callee, callee: null);
        var end = WalkFrom(framesLeft);
        return new([.. _frames], _registers.Take(), end);
    }

    /// <summary>What is known of an address of code.</summary>
    public CodeLocation Locate(ulong address) => walk.Code.Locate(address);

    StackEnd WalkFrom(int framesLeft)
    {
        var scanned = 0;
        var switches = 0;
        var frameless = 0;
        var isLast = false;
        while (true)
        {
            if (IsPastLimit(framesLeft))
                return StackEnd.Limit;

            _frames.Add(new(_callee.Registers[walk.Cpu.Pc], _callee.Trust, _callee.Location));
            _registers.Add(in _callee.Registers);
            _totalFrames++;
            if (isLast || _callee.Location.Bottom is { HasCaller: false } || walk.IsAtEntry(_callee.Registers[walk.Cpu.Pc]))
                return StackEnd.Complete;
            if (_unwinder is null)
                return StackEnd.Lost;

            _unwinder.MayScan = scanned < walk.Limits.MaxScannedFrames;
            var outcome = _unwinder.Unwind(_callee, _caller);
            if (outcome == UnwindOutcome.EndOfStack)
                return StackEnd.Complete;
            if (outcome == UnwindOutcome.Failed)
                return EndOf(_callee);

            Locate(_caller, _callee);
            if (_callee.Location.Bottom is { } bottom)
            {
                isLast = bottom.MayBeCalledBy(_caller.Location, _caller.Trust, walk.IsAtEntry(_caller.Registers[walk.Cpu.Pc]));
                if (!isLast)
                    return StackEnd.Complete;
            }

            var step = _caller.Registers[walk.Cpu.Sp].CompareTo(_callee.Registers[walk.Cpu.Sp]);
            switches += step < 0 ? 1 : 0;
            frameless = step == 0 ? frameless + 1 : 0;
            if (switches > MaxStackSwitches || frameless > MaxFrameless)
                return StackEnd.Lost;
            if (_caller.Trust is FrameTrust.Scan or FrameTrust.CfiScan)
                scanned++;

            (_callee, _caller) = (_caller, _callee);
        }
    }

    // Of a frame without a caller.
    StackEnd EndOf(WalkFrame last)
    {
        if (last.Location.Bottom is not null)
            return StackEnd.Complete;

        return _unwinder!.IsBeyondMemory || IsStackMissing() // it has just been asked for the caller
            ? StackEnd.Truncated
            : StackEnd.Lost;
    }

    bool IsPastLimit(int framesLeft)
    {
        if (_frames.Count >= walk.Limits.MaxFrames)
            return true;

        IsOverLimit |= _frames.Count >= framesLeft
            || _totalFrames % DeadlineStride == 0 && Stopwatch.GetElapsedTime(_started) > walk.Limits.Deadline;
        return IsOverLimit;
    }

    // A return address is that of the instruction behind the call, which may belong to another line or function.
    void Locate(WalkFrame frame, WalkFrame? callee)
    {
        var pc = frame.Registers[walk.Cpu.Pc];
        var isReturn = callee is not null && !frame.IsInterrupted;
        frame.Location = walk.Code.Locate(isReturn ? pc - (uint)walk.Cpu.CallSize : pc);
        frame.IsSignalTrampoline = isReturn && SignalFrame.IsTrampoline(walk, pc, frame.Location);
        if (frame.IsSignalTrampoline)
            frame.Location = walk.Code.Locate(pc);
        frame.IsMainOrAbove = callee is { IsMainOrAbove: true } || IsMain(frame.Location);
    }

    bool IsMain(CodeLocation location) =>
        location.Module >= 0
        && walk.Code.Modules[location.Module].IsMain
        && location.FunctionUtf8.Span is [(byte)'m', (byte)'a', (byte)'i', (byte)'n', .. var suffix]
        && (suffix.IsEmpty || suffix.SequenceEqual(".cold"u8));

    // Writers cap what they save of a stack, and save nothing of one that overflowed. Where it is known what is mapped, a
    // stack that is saved to its very end is told from one that was cut.
    bool IsStackMissing()
    {
        const ulong reach = 1024;
        var sp = _callee.Registers[walk.Cpu.Sp];
        if (!walk.Memory.TryFind(sp, out var region))
            return true;

        var isNearEnd = region.End - sp < reach && !walk.Memory.TryFind(region.End, out _);
        return isNearEnd && (walk.Space is null || walk.Space.Find(region.End) is not null);
    }
}
