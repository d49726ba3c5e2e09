namespace Socorro.Minidumps.Unwinding;

/// <summary>How a frame was found. The later ones are more to be trusted.</summary>
public enum FrameTrust
{
    /// <summary>Not known; no frame has it.</summary>
    None,

    /// <summary>A word on the stack looked like a return address.</summary>
    Scan,

    /// <summary>Unwind rules led to no code, and a word near there looked like a return address.</summary>
    CfiScan,

    /// <summary>The callee's frame pointer.</summary>
    FramePointer,

    /// <summary>The instructions of the callee itself, which no unwind rules describe.</summary>
    Code,

    /// <summary>A guess that the processor's own list of return addresses confirmed, or put right.</summary>
    ShadowStack,

    /// <summary>The callee had not made a frame of its own: its return address was still where the call had put it.</summary>
    Leaf,

    /// <summary>
    /// The unwind rules of the callee's symbol file or of the module itself, or the registers that the kernel saved for a signal.
    /// </summary>
    Cfi,

    /// <summary>The writer of the dump walked the stack.</summary>
    Prewalked,

    /// <summary>The thread's registers.</summary>
    Context,
}

/// <summary>The words for <see cref="FrameTrust"/>.</summary>
public static class FrameTrusts
{
    extension(FrameTrust trust)
    {
        /// <summary>The word that reports use.</summary>
        public string Word => trust switch
        {
            FrameTrust.Scan => "scan",
            FrameTrust.CfiScan => "cfi_scan",
            FrameTrust.FramePointer => "frame_pointer",
            FrameTrust.Code => "code",
            FrameTrust.ShadowStack => "shadow_stack",
            FrameTrust.Leaf => "leaf",
            FrameTrust.Cfi => "cfi",
            FrameTrust.Prewalked => "prewalked",
            FrameTrust.Context => "context",
            _ => "none",
        };

        /// <summary>What stands behind "Found by: " in texts for people.</summary>
        public string Explanation => trust switch
        {
            FrameTrust.Scan => "stack scanning",
            FrameTrust.CfiScan => "call frame info with scanning",
            FrameTrust.FramePointer => "previous frame's frame pointer",
            FrameTrust.Code => "instructions of the function",
            FrameTrust.ShadowStack => "the processor's shadow stack",
            FrameTrust.Leaf => "return address of a leaf function",
            FrameTrust.Cfi => "call frame info",
            FrameTrust.Prewalked => "external stack walker",
            FrameTrust.Context => "given as instruction pointer in context",
            _ => "unknown",
        };
    }
}
