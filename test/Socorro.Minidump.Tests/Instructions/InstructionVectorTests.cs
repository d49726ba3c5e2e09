using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Tests.Instructions;

/// <summary>What minidump-stackwalk's analysis says of 240 amd64 instructions.</summary>
public sealed class InstructionVectorTests
{
    /// <summary>Instructions of which we say something else, what it is about, and why.</summary>
    static readonly (string Bytes, string Fact, string Reason)[] Deviations =
    [
        ("488b0510000000", "accesses", "counted from the end of the instruction"),
        ("ff2500000000", "accesses", "counted from the end of the instruction"),
        ("64488b042528000000", "accesses", "the base of fs is not known"),
        ("64488b042528000000", "derivable", "the base of fs is not known"),
        ("64488b042528000000", "canonical", "the base of fs is not known"),
        ("678b00", "accesses", "an address of 32 bits is no mystery"),
        ("678b00", "registers", "eax is a part of rax"),
        ("cb", "accesses", "two halves of 4 bytes are popped"),
        ("cb", "canonical", "a bad selector faults as well"),
        ("cb", "privileged", "anybody may return far"),
        ("0f1808", "accesses", "a prefetch never faults"),
        ("488d4010", "canonical", "computing an address touches nothing"),
        ("e801000000", "update", "the target of a direct call is known"),
        ("e901000000", "update", "the target of a direct jump is known"),
        ("cc", "privileged", "a breakpoint is for everybody"),
        ("cd29", "privileged", "so is a system call"),
    ];

    static readonly CpuTraits Amd64 = CpuTraits.Find(CpuKind.Amd64)!;

    [Fact]
    public void Equals_the_analysis_of_minidump_stackwalk()
    {
        var used = new HashSet<(string, string)>();
        var different = new List<string>();
        foreach (var vector in ReadVectors())
        {
            var bytes = vector.GetProperty("bytes").GetString()!;
            foreach (var (fact, expected, actual) in Compare(vector, Decode(vector)))
            {
                if (expected == actual)
                    continue;
                if (Deviations.Any(deviation => deviation.Bytes == bytes && deviation.Fact == fact) || IsMove(vector, fact))
                    used.Add((bytes, fact));
                else
                    different.Add($"{bytes} {vector.GetProperty("text")}: {fact} should be {expected}, is {actual}");
            }
        }

        Assert.Equal("", string.Join('\n', different.Distinct()));
        Assert.All(Deviations, deviation => Assert.Contains((deviation.Bytes, deviation.Fact), used));
    }

    [Fact]
    public void Counts_from_the_end_of_the_instruction() =>
        Assert.Equal(0x17UL, Assert.Single(Decode("488b0510000000").Accesses).Address);

    [Fact]
    public void Wraps_the_stack_pointer_of_a_push() =>
        Assert.Equal(ulong.MaxValue - 7, Assert.Single(Decode("50").Accesses).Address);

    // To the peer every move is privileged, as those to control registers are.
    static bool IsMove(JsonElement vector, string fact) =>
        fact == "privileged" && vector.GetProperty("text").GetString()!.StartsWith("mov ", StringComparison.Ordinal);

    static IEnumerable<(string Fact, string Expected, string Actual)> Compare(JsonElement vector, DecodedInstruction actual)
    {
        var isDerivable = vector.GetProperty("is_access_derivable").GetBoolean();
        yield return ("text", vector.GetProperty("text").GetString()!, actual.Text);
        yield return ("accesses", ReadAccesses(vector, isDerivable), Describe(actual.Accesses, isDerivable));
        yield return ("update", vector.GetProperty("ip_update").GetString()!, Describe(actual.Update));
        yield return ("registers", Join(vector.GetProperty("address_registers").EnumerateArray()
            .Select(register => register.GetString()!)), Join(actual.AddressRegisters.Select(i => Amd64.RegisterNames[i])));
        yield return ("division", Flag(vector, "is_division"), actual.IsDivision.ToString());
        yield return ("privileged", Flag(vector, "is_privileged"), actual.IsPrivileged.ToString());
        if (!isDerivable)
            yield break;

        // We derive the accesses of all instructions, the peer only of those above.
        yield return ("derivable", "True", (!actual.HasUnknownAccess).ToString());
        yield return ("canonical", Flag(vector, "is_only_gpf_when_non_canonical"), actual.IsOnlyForNonCanonical.ToString());
    }

    static string Flag(JsonElement vector, string name) => vector.GetProperty(name).GetBoolean().ToString();

    // What kind an access is of, the peer says only where it derives it.
    static string ReadAccesses(JsonElement vector, bool isDerivable) =>
        vector.GetProperty("accesses") is not { ValueKind: JsonValueKind.Array } accesses
            ? "null"
            : Join(accesses.EnumerateArray().Select(access =>
                $"{Number(access.GetProperty("address").GetString()!):x}/{access.GetProperty("size").GetInt32()}/"
                + $"{(isDerivable ? access.GetProperty("type").GetString() : "")}/{access.GetProperty("null_deref").GetBoolean()}"));

    static string Describe(IEnumerable<MemoryAccess> accesses, bool isDerivable) => Join(accesses.Select(access =>
        $"{access.Address:x}/{access.Size}/{(isDerivable ? access.Mode.ToString() : "")}/{access.IsNullBased}"));

    static string Describe(PointerUpdate? update) => update switch
    {
        null => "none",
        { Target: { } target } => $"0x{target:x}",
        _ => "undetermined",
    };

    static string Join(IEnumerable<string> parts) => string.Join(' ', parts.Order(StringComparer.Ordinal));

    static DecodedInstruction Decode(JsonElement vector) => Decode(
        vector.GetProperty("bytes").GetString()!,
        [.. vector.GetProperty("registers").EnumerateObject().Select(r => (r.Name, Number(r.Value.GetString()!)))]);

    static DecodedInstruction Decode(string bytes, params (string Name, ulong Value)[] values)
    {
        var registers = default(Registers);
        for (var i = 0; i < Amd64.RegisterNames.Count; i++)
            registers.Set(i, values.FirstOrDefault(value => value.Name == Amd64.RegisterNames[i]).Value);
        var machine = new MachineState(Amd64, registers, MemoryMap.Build([], false));
        return X86Instruction.Decode(Convert.FromHexString(bytes), machine)!;
    }

    static JsonElement.ArrayEnumerator ReadVectors()
    {
        var path = SharedData.Path("cases", "stackwalk", "opanalysis", "amd64.json");
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(path));
        return vectors.RootElement.Clone().EnumerateArray();
    }

    static ulong Number(string hex) => ulong.Parse(hex.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
