using System.Text.Json.Nodes;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

public sealed class UnwindVectorTests
{
    const string Leaf = "the link register still holds a leaf's return address: its caller is not left out, and keeps sp and fp";

    /// <summary>Where we differ on purpose, and why. The first row that fits a vector's name counts.</summary>
    static readonly Deviation[] Deviations =
    [
        new("breakpad-arm/GetFramesByFramePointer.", Leaf, Compare: Part.Calls),
        new("breakpad-arm64/GetFramesByFramePointer.", Leaf, Compare: Part.Calls),
        new("breakpad-riscv/GetFramesByFramePointer.", Leaf, Compare: Part.Calls),
        new("breakpad-riscv64/GetFramesByFramePointer.", Leaf, Compare: Part.Calls),
        new("rust-arm/arm_unittest::test_frame_pointer_stackful_leaf", Leaf, Extra: "leaf 0x500000fe "),
        new("rust-arm/arm_unittest::test_frame_pointer_stackless_leaf", Leaf, Extra: "leaf 0x500000fe "),
        new("rust-arm64/arm64_unittest::test_frame_pointer_stackful_leaf", Leaf, Extra: "leaf 0x500000fc "),
        new("rust-arm64/arm64_unittest::test_frame_pointer_stackless_leaf", Leaf, Extra: "leaf 0x500000fc "),
        new(
            "breakpad-arm64/CFI.",
            "the frame pointer's upper bits are taken off too, as they may hold an authentication code",
            Compare: Part.Frames),
        new(
            "rust-arm64/arm64_unittest::test_frame_pointer_preserves_lr_for_entry_cfi",
            "calls preserve the frame pointer, however it became known",
            Compare: Part.Frames),
        new(
            "breakpad-x86/GetCallerFrame.WindowsFPOReferencesEBX",
            "a function that saves no registers has not changed ebx either",
            Compare: Part.Frames),
        new("breakpad-mips/CFI.", "gp is preserved by calls on either width", Compare: Part.Frames),
        new("breakpad-riscv/CFI.At4002", "the data does not list the a registers that the rules copy", Compare: Part.Frames),
        new("breakpad-riscv64/CFI.At4002", "the data does not list the a registers that the rules copy", Compare: Part.Frames),
        new("breakpad-riscv/CFI.", "a register that a rule names is known, whichever it is", Compare: Part.Frames),
        new("breakpad-riscv64/CFI.", "a register that a rule names is known, whichever it is", Compare: Part.Frames),
    ];

    [Fact]
    public void Finds_the_frames_of_every_stack()
    {
        var failures = UnwindVector.ReadAll()
            .Select(vector => (vector.Name, Difference: FindDifference(vector)))
            .Where(result => result.Difference is not null)
            .Select(result => $"{result.Name}: {result.Difference}");

        Assert.Equal("", string.Join("\n", failures));
    }

    [Fact]
    public void Has_no_deviation_that_no_stack_needs() => Assert.All(
        Deviations,
        deviation => Assert.Contains(UnwindVector.ReadAll(), vector => FindDeviation(vector) == deviation));

    static Deviation? FindDeviation(UnwindVector vector) =>
        Array.Find(Deviations, deviation => vector.Name.StartsWith(deviation.Names, StringComparison.Ordinal));

    static string? FindDifference(UnwindVector vector)
    {
        var deviation = FindDeviation(vector);
        var part = deviation?.Compare ?? Part.All;
        var stack = vector.Walk();
        var expected = vector.Frames.Select((frame, i) => Describe(vector, frame, i, part)).ToList();
        var actual = stack.Frames.Select((frame, i) => Describe(vector.Cpu, frame, stack.GetRegisters(i), part)).ToList();
        if (deviation?.Extra is { } extra)
        {
            expected.Insert(1, extra);
            actual[1] = actual[1][..Math.Min(actual[1].Length, extra.Length)];
        }

        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            if (i >= expected.Count || i >= actual.Count || expected[i] != actual[i])
                return $"frame {i}\n  expected {expected.ElementAtOrDefault(i)}\n  found    {actual.ElementAtOrDefault(i)}";
        }

        return null;
    }

    static string Describe(UnwindVector vector, JsonNode frame, int index, Part part)
    {
        var pc = UnwindVector.Hex(frame["instruction"]);
        var registers = vector.ReadRegisters(frame);

        // Breakpad calls the call instruction the pc of a MIPS caller and its return address ra; and it goes back two
        // pointers to find it, though the call and its delay slot have 8 bytes on either width.
        if (vector.Cpu.Kind is CpuKind.Mips or CpuKind.Mips64 && index > 0)
        {
            registers.Set(vector.Cpu.Pc, registers[vector.Cpu.Lr]);
            registers.Forget(vector.Cpu.Lr);
            pc = registers[vector.Cpu.Pc] - 8;
        }

        return Describe((string)frame["trust"]!, pc, (string?)frame["function"], vector.Cpu, registers, part);
    }

    static string Describe(CpuTraits cpu, Frame frame, Registers registers, Part part) =>
        Describe(frame.Trust.Word, frame.Instruction, frame.Location.Function, cpu, registers, part);

    static string Describe(
        string trust, ulong instruction, string? function, CpuTraits cpu, Registers registers, Part part) => part switch
        {
            Part.Calls => $"0x{instruction:x} {function}",
            Part.Frames => $"{trust} 0x{instruction:x} {function}",
            _ => $"{trust} 0x{instruction:x} {function} {Describe(cpu, registers)}",
        };

    static string Describe(CpuTraits cpu, Registers registers) => string.Join(
        ' ',
        Enumerable.Range(0, cpu.RegisterNames.Count)
            .Where(registers.IsValid)
            .Select(i => $"{cpu.RegisterNames[i]}={registers[i]:x}"));

    /// <summary>How much of a frame is compared: its instruction and function; the trust, too; the registers, too.</summary>
    enum Part
    {
        All,
        Frames,
        Calls,
    }

    /// <param name="Names">How the names of the vectors begin.</param>
    /// <param name="Extra">The beginning of a frame that we find behind the first one.</param>
    sealed record Deviation(string Names, string Reason, Part Compare = Part.All, string? Extra = null);
}
