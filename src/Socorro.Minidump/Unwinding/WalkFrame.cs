using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// A frame while the walk is at it. The walker owns two and swaps them, so that a step costs no garbage; hence the
/// public field, whose registers are filled in place.
/// </summary>
sealed class WalkFrame
{
    public Registers Registers;

    public FrameTrust Trust { get; set; }

    /// <summary>What is known of the frame's instruction.</summary>
    public CodeLocation Location { get; set; } = CodeLocation.Nowhere;

    /// <summary>
    /// The pc is that of an instruction about to run, not a return address: the thread's own registers, or those that
    /// the kernel saved when a signal came.
    /// </summary>
    public bool IsInterrupted { get; set; }

    /// <summary>The frame is the code by which a signal handler returns to the kernel.</summary>
    public bool IsSignalTrampoline { get; set; }

    /// <summary>This frame, or one below it, is the program's main function.</summary>
    public bool IsMainOrAbove { get; set; }

    /// <summary>x86: bytes of parameters that the frame below this one will pop.</summary>
    public uint CalleeParameterSize { get; set; }
}
