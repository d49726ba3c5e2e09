namespace Socorro.Minidumps.Risks;

/// <summary>Something that a crash tells of how its program deals with memory.</summary>
public enum RiskFact
{
    /// <summary>An access within a page of address 0.</summary>
    NullAccess,

    /// <summary>Memory was read where none is, or none that may be.</summary>
    WildRead,

    /// <summary>Memory was written where none is, or none that may be.</summary>
    WildWrite,

    /// <summary>The program went to run what is no code.</summary>
    WildExecution,

    /// <summary>The address that failed consists of letters: it may have come with the program's input.</summary>
    AddressIsText,

    /// <summary>Nothing may be executed where the instruction pointer is.</summary>
    CodeNotExecutable,

    /// <summary>The instruction pointer is in no module.</summary>
    CodeOutsideModules,

    /// <summary>The stack pointer is not in the thread's stack.</summary>
    StackPointerOutsideStack,

    /// <summary>Code may be run from the stack.</summary>
    ExecutableStack,

    /// <summary>Code may be run from the heap.</summary>
    ExecutableHeap,

    /// <summary>The program itself found that a function had written beyond its variables.</summary>
    StackCheckFailed,

    /// <summary>The heap found that it had been written over.</summary>
    HeapDamaged,

    /// <summary>The thread ran out of stack.</summary>
    StackUsedUp,

    /// <summary>A guard page was touched.</summary>
    GuardPageTouched,

    /// <summary>A division by zero or the like.</summary>
    ArithmeticFailed,

    /// <summary>The processor knows no such instruction.</summary>
    IllegalInstruction,

    /// <summary>An exception handler asked for what can't be done.</summary>
    HandlerFailed,

    /// <summary>The access that failed was to tell where a jump or call goes.</summary>
    BranchFailed,

    /// <summary>The access that failed was one of many in a row.</summary>
    BlockFailed,

    /// <summary>What would have been read, or the bad pointer, tells where a jump or call nearby goes.</summary>
    ValueIsCalled,

    /// <summary>The value tells where something is written nearby.</summary>
    ValueIsWrittenThrough,

    /// <summary>The value tells where something is read nearby.</summary>
    ValueIsReadThrough,

    /// <summary>The value is given to a function nearby.</summary>
    ValueIsPassedOn,

    /// <summary>The value decides a branch nearby.</summary>
    ValueIsCompared,
}

static class RiskFactTraits
{
    extension(RiskFact fact)
    {
        /// <summary>What it adds to the rating of a crash on Windows.</summary>
        public int Weight => fact switch
        {
            RiskFact.WildWrite or RiskFact.WildExecution or RiskFact.StackCheckFailed or RiskFact.HeapDamaged => 90,
            RiskFact.BlockFailed => 90,
            RiskFact.IllegalInstruction or RiskFact.GuardPageTouched or RiskFact.BranchFailed or RiskFact.ValueIsCalled => 70,
            RiskFact.WildRead or RiskFact.AddressIsText or RiskFact.ValueIsWrittenThrough => 50,
            RiskFact.NullAccess or RiskFact.HandlerFailed or RiskFact.CodeOutsideModules => 20,
            RiskFact.StackUsedUp or RiskFact.ArithmeticFailed => 5,
            RiskFact.ValueIsReadThrough or RiskFact.ValueIsPassedOn or RiskFact.ValueIsCompared => 5,
            _ => 0,
        };

        /// <summary>Whether it alone makes a fault on Linux one to look at first.</summary>
        public bool IsStrong => fact is RiskFact.CodeNotExecutable or RiskFact.StackPointerOutsideStack or RiskFact.ExecutableStack
            or RiskFact.ExecutableHeap or RiskFact.StackCheckFailed or RiskFact.WildWrite;
    }
}
