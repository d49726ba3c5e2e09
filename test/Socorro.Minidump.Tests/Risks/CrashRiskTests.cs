using System.Text.Json;
using Socorro.Minidumps.Risks;

namespace Socorro.Minidumps.Tests.Risks;

public sealed class CrashRiskTests
{
    [Fact]
    public void Rates_real_dumps_as_breakpad_does()
    {
        var path = SharedData.Path("cases", "stackwalk", "facts", "exploitability.json");
        using var facts = JsonDocument.Parse(File.ReadAllBytes(path));
        var different = new List<string>();
        foreach (var row in facts.RootElement.GetProperty("cases").EnumerateArray())
        {
            var (dump, expected) = (row.GetProperty("dump").GetString()!, row.GetProperty("rating").GetString()!);
            var risk = Walk(dump);
            if (!expected.Equals(risk?.Rating?.ToString(), StringComparison.OrdinalIgnoreCase))
                different.Add($"{dump} should be {expected}, is {risk?.Rating}: {string.Join(", ", risk?.Facts ?? [])}");
        }

        Assert.Equal("", string.Join('\n', different));
    }

    [Theory]
    [InlineData("ascii_read_av_then_jmp.dmp", new[] { RiskFact.WildRead, RiskFact.AddressIsText, RiskFact.ValueIsCalled })]
    [InlineData("ascii_write_av_arg_to_call.dmp", new[] { RiskFact.WildWrite, RiskFact.AddressIsText, RiskFact.ValueIsPassedOn })]
    [InlineData("exec_av_on_stack.dmp", new[] { RiskFact.WildExecution, RiskFact.CodeOutsideModules })]
    [InlineData("null_read_av.dmp", new[] { RiskFact.NullAccess })]
    [InlineData("linux_stacksmash.dmp", new[] { RiskFact.WildRead, RiskFact.AddressIsText, RiskFact.StackCheckFailed })]
    [InlineData("linux_executable_heap.dmp", new[] { RiskFact.NullAccess, RiskFact.ExecutableHeap })]
    [InlineData("linux_stack_pointer_in_module.dmp", new[] { RiskFact.NullAccess, RiskFact.StackPointerOutsideStack })]
    public void Says_what_the_rating_comes_from(string dump, RiskFact[] facts) => Assert.Equal(facts, Walk(dump)!.Facts);

    [Fact]
    public void Has_nothing_to_say_without_a_crash() =>
        Assert.Null(Walks.Walk(new SyntheticDump().System(9, 0x8201).ToArray()).Risk);

    static CrashRisk? Walk(string dump) => Walks.Walk($"breakpad/{dump}", "breakpad/symbols").Risk;
}
