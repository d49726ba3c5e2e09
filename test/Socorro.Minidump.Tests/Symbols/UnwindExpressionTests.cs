using System.Globalization;
using System.Text;
using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests.Symbols;

/// <summary>The peers' evaluations of STACK CFI and STACK WIN records: registers and memory in, registers out.</summary>
public sealed class UnwindExpressionTests
{
    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, 81)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Evaluates_unwind_records_as_the_peers_do(int row)
    {
        var vector = Vectors.Value[row];
        var cpu = CpuOf(vector.GetProperty("callee"));
        var callee = ReadRegisters(cpu, vector.GetProperty("callee"));
        var outcome = vector.GetProperty("kind").GetString() == "stack_cfi"
            ? UnwindCfi(vector, cpu, callee, out var caller, out var cfa)
            : UnwindWin(vector, callee, out caller, out cfa);

        if (!vector.GetProperty("ok").GetBoolean())
        {
            Assert.NotEqual(UnwindOutcome.Caller, outcome);
            return;
        }

        Assert.Equal(UnwindOutcome.Caller, outcome);
        foreach (var expected in vector.GetProperty("caller").EnumerateObject())
        {
            var value = ParseHex(expected.Value);
            var actual = expected.Name switch
            {
                "cfa" => cfa,
                "ra" => caller[cpu.Pc],
                _ => caller[cpu.FindRegister(Encoding.ASCII.GetBytes(expected.Name))],
            };
            Assert.Equal(value, actual);
        }

        Assert.Equal(ExpectedValid(vector, cpu), Valid(cpu, caller) & ~Forwarded(vector, cpu, callee));
    }

    [Fact]
    public void Covers_every_row_of_the_data() => Assert.Equal(Vectors.Value.Length, Rows().Count);

    static readonly Lazy<JsonElement[]> Vectors = new(() =>
    {
        var text = File.ReadAllBytes(SharedData.Path("cases", "stackwalk", "cfi", "expressions.json"));
        return [.. JsonDocument.Parse(text).RootElement.EnumerateArray()];
    });

    static UnwindOutcome UnwindCfi(
        JsonElement vector, CpuTraits cpu, Registers callee, out Registers caller, out ulong cfa)
    {
        var text = new StringBuilder("MODULE Linux x86_64 0 x\n");
        text.Append(CultureInfo.InvariantCulture, $"STACK CFI INIT 100 100 {vector.GetProperty("init")}\n");
        var rva = 0x100;
        foreach (var delta in vector.GetProperty("deltas").EnumerateArray())
            text.Append(CultureInfo.InvariantCulture, $"STACK CFI {++rva:x} {delta}\n");
        var table = SymbolTable.Parse(Encoding.UTF8.GetBytes(text.ToString()), out _)!;

        Assert.True(table.TryFindCfi(0x150, out var rules));
        return rules.Unwind(cpu, callee, ReadMemory(vector), out caller, out cfa);
    }

    static UnwindOutcome UnwindWin(JsonElement vector, Registers callee, out Registers caller, out ulong cfa)
    {
        var hasProgram = vector.TryGetProperty("program", out var program);
        var frame = new WinFrame
        {
            Rva = 0,
            Size = 1,
            ParameterSize = vector.GetProperty("parameter_size").GetUInt32(),
            SavedRegisterSize = vector.GetProperty("saved_register_size").GetUInt32(),
            LocalSize = vector.GetProperty("local_size").GetUInt32(),
            HasProgram = hasProgram,
            Program = hasProgram ? Encoding.UTF8.GetBytes(program.GetString()!) : default,
            AllocatesBasePointer = !hasProgram && vector.GetProperty("allocates_base_pointer").GetBoolean(),
        };
        cfa = 0;
        var isContext = !vector.GetProperty("has_grand_callee").GetBoolean();
        var calleeParameters = isContext ? 0 : vector.GetProperty("grand_callee_parameter_size").GetUInt32();
        return frame.Unwind(callee, calleeParameters, isContext, ReadMemory(vector), out caller);
    }

    static MemoryMap ReadMemory(JsonElement vector)
    {
        var bytes = new byte[vector.GetProperty("memory_size").GetInt32()];
        foreach (var cell in vector.GetProperty("memory_nonzero_bytes").EnumerateObject())
            bytes[int.Parse(cell.Name, CultureInfo.InvariantCulture)] = cell.Value.GetByte();
        return MemoryMap.Build([new(vector.GetProperty("memory_base").GetUInt64(), bytes)], bigEndian: false);
    }

    static CpuTraits CpuOf(JsonElement callee) => CpuTraits.Find(
        callee.TryGetProperty("esp", out _) ? CpuKind.X86
        : callee.TryGetProperty("rsp", out _) ? CpuKind.Amd64
        : CpuKind.Arm64)!;

    static Registers ReadRegisters(CpuTraits cpu, JsonElement json)
    {
        var registers = default(Registers);
        foreach (var register in json.EnumerateObject())
            registers.Set(cpu.FindRegister(Encoding.ASCII.GetBytes(register.Name)), ParseHex(register.Value));
        return registers;
    }

    static ulong ExpectedValid(JsonElement vector, CpuTraits cpu)
    {
        var valid = 0UL;
        foreach (var register in vector.GetProperty("caller").EnumerateObject())
        {
            valid |= register.Name switch
            {
                "cfa" => 1UL << cpu.Sp,
                "ra" => 1UL << cpu.Pc,
                _ => 1UL << cpu.FindRegister(Encoding.ASCII.GetBytes(register.Name)),
            };
        }

        return valid;
    }

    static ulong Valid(CpuTraits cpu, Registers registers)
    {
        var valid = 0UL;
        for (var i = 0; i < cpu.RegisterNames.Count; i++)
            valid |= registers.IsValid(i) ? 1UL << i : 0;
        return valid;
    }

    /// <summary>The vectors list what rules set; what passes through by convention is not in them.</summary>
    static ulong Forwarded(JsonElement vector, CpuTraits cpu, Registers callee)
    {
        if (vector.GetProperty("kind").GetString() != "stack_cfi")
            return 0;

        return cpu.CalleeSaved
            .Where(register => callee.IsValid(register))
            .Aggregate(0UL, (mask, register) => mask | 1UL << register) & ~ExpectedValid(vector, cpu);
    }

    static ulong ParseHex(JsonElement value) =>
        ulong.Parse(value.GetString()![2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
