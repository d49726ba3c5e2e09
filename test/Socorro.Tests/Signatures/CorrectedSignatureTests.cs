using System.Text.Json.Nodes;
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

    [Theory]
    [MemberData(nameof(Rows))]
    public void Answers_as_Socorro_does_or_better(int index, string name)
    {
        var row = SignatureCase.All[index];
        var answer = row.Run(SignatureMode.Corrected);
        var expected = JsonNode.Parse(Answers.GetValueOrDefault(name) ?? row.Expected.GetRawText());

        Assert.True(
            SignatureCase.Accepts(answer, expected),
            $"{name}\nexpected {expected}\nbut was {answer?.ToJsonString()}\nfor {row}");
    }

    [Fact]
    public void Every_row_of_the_table_is_a_case()
    {
        var names = SignatureCase.All.Select(row => row.Name).ToHashSet();

        Assert.All(Answers.Keys, name => Assert.Contains(name, names));
    }

    [Fact]
    public void Every_reason_is_explained_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "signatures.md"));
        var reasons = Lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]).ToArray();

        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.Contains($"| {reason} |", page, StringComparison.Ordinal));
    }
}
