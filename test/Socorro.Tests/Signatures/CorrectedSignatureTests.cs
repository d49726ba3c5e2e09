using Socorro.Signatures;

namespace Socorro.Tests.Signatures;

/// <summary>Corrected signatures equal Socorro's, except where corrected.txt says what they are instead, and why.</summary>
public sealed class CorrectedSignatureTests
{
    static readonly string[] Lines =
        File.ReadAllLines(Path.Combine(Checkout.Root, "test", "Socorro.Tests", "Signatures", "corrected.txt"));

    static readonly Dictionary<string, string> Answers = Lines
        .Zip(Lines.Skip(1))
        .Where(pair => pair.Second.StartsWith("    ", StringComparison.Ordinal))
        .ToDictionary(pair => pair.First, pair => pair.Second);

    public static IEnumerable<TheoryDataRow<int, string>> Rows() => CompatibleSignatureTests.Rows();

    public static IEnumerable<TheoryDataRow<int, string>> OwnRows() => CompatibleSignatureTests.OwnRows();

    [Theory]
    [MemberData(nameof(Rows))]
    public void Answers_as_Socorro_does_or_better(int index, string name) =>
        SignatureCase.All[index].Check(SignatureMode.Corrected, Answers.GetValueOrDefault(name));

    [Theory]
    [MemberData(nameof(OwnRows))]
    public void Answers_cases_of_our_own_as_Socorro_does_or_better(int index, string name) =>
        SignatureCase.Own[index].Check(SignatureMode.Corrected, Answers.GetValueOrDefault(name));

    [Fact]
    public void Every_row_of_the_table_is_a_case()
    {
        var names = SignatureCase.Own.Concat(SignatureCase.All).Select(row => row.Name).ToHashSet();

        Assert.All(Answers.Keys, name => Assert.Contains(name, names));
    }

    [Fact]
    public void The_documentation_explains_every_reason_and_no_other()
    {
        var reasons = Lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]);
        var table = File.ReadLines(Path.Combine(Checkout.Root, "docs", "signatures.md"))
            .SkipWhile(line => !line.StartsWith("| reason |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split(" | ")[0][2..]);

        Assert.Equal(reasons.Order(StringComparer.Ordinal), table.Order(StringComparer.Ordinal));
    }
}
