using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Instructions;

/// <summary>One line of a listing.</summary>
/// <param name="Text">The instruction in lower case.</param>
/// <param name="IsCurrent">The one that was about to run.</param>
public sealed record ListedInstruction(ulong Address, ReadOnlyMemory<byte> Bytes, string Text, bool IsCurrent);

/// <summary>Lists the instructions around the one that crashed, as far as their bytes were saved.</summary>
public static class InstructionListing
{
    const int Before = 6;
    const int After = 4;

    /// <summary>How far back the listing may begin: six of the longest usual instructions.</summary>
    const int Reach = 48;

    /// <summary>Empty when there is no crash, or the bytes at its instruction pointer were not saved.</summary>
    public static IReadOnlyList<ListedInstruction> Around(ProcessState state)
    {
        var dump = state.Dump;
        if (state.Reason is null || state.CrashingThread is not { } index || CpuTraits.Find(dump.Cpu) is not { } cpu)
            return [];
        if (state.Threads[index].Stack.Frames is [])
            return [];

        var registers = state.Threads[index].Stack.GetRegisters(0);
        var listing = new Listing(dump, cpu, registers);
        return listing.Write(registers[cpu.Pc] & listing.CodeMask);
    }

    sealed class Listing(Minidump dump, CpuTraits cpu, Registers registers)
    {
        // Bit 0 of an address of Thumb code is no part of it.
        public ulong CodeMask => cpu.Kind == CpuKind.Arm ? ~1UL : ~0UL;

        int Step => cpu.Kind switch { CpuKind.X86 or CpuKind.Amd64 => 1, CpuKind.Arm => 2, _ => 4 };

        public List<ListedInstruction> Write(ulong pc)
        {
            var lines = new List<ListedInstruction>();
            var after = 0;
            for (var at = FindStart(pc); after <= After && Decode(at) is { Length: > 0 } instruction;)
            {
                var bytes = new byte[instruction.Length];
                dump.Memory.TryRead(at, bytes);
                lines.Add(new(at, bytes, instruction.Text, at == pc));
                after += at >= pc ? 1 : 0;
                at += (ulong)instruction.Length;
            }

            var surplus = lines.FindIndex(line => line.IsCurrent) - Before;
            lines.RemoveRange(0, Math.Max(0, surplus));
            return lines;
        }

        // Where instructions have many lengths, one that is read from a wrong byte on soon falls into step with the right
        // ones; so the farthest place from which they lead to the current one is as good as any.
        ulong FindStart(ulong pc)
        {
            Span<bool> leads = stackalloc bool[Reach + 1];
            leads.Clear();
            leads[0] = true;
            var farthest = 0;
            for (var back = Step; back <= Reach && (ulong)back <= pc; back += Step)
            {
                var length = LengthAt(pc - (ulong)back);
                leads[back] = length > 0 && length <= back && leads[back - length];
                farthest = leads[back] ? back : farthest;
            }

            return pc - (ulong)farthest;
        }

        // To decode the whole of an instruction takes much longer.
        int LengthAt(ulong address) => cpu.Kind is CpuKind.X86 or CpuKind.Amd64
            ? InstructionDecoder.ReadX86(dump.Memory, address) is { } code ? X86Instruction.LengthOf(code, cpu.Kind) : 0
            : Decode(address)?.Length ?? 0;

        DecodedInstruction? Decode(ulong address)
        {
            const int cpsr = 16;
            var state = default(Registers);
            state.Set(cpu.Pc, address);
            if (cpu.Kind == CpuKind.Arm)
            {
                state.Set(cpsr, registers[cpsr]);
                state.Set(cpu.Pc, address | registers[cpu.Pc] & 1);
            }

            return InstructionDecoder.Decode(new(cpu, state, dump.Memory));
        }
    }
}
