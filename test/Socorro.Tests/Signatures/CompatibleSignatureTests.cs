using System.Text.Json.Nodes;
using Socorro.Signatures;

namespace Socorro.Tests.Signatures;

/// <summary>Compatible signatures equal Socorro's, case by case.</summary>
public sealed class CompatibleSignatureTests
{
    /// <summary>Not signatures: we read what Socorro's command line refuses.</summary>
    static readonly Dictionary<string, string> Deviations = new()
    {
        ["crashid/http://h/report/index/0b794045-87ec-4649-9ce1-73ec10191120/"] = "\"0b794045-87ec-4649-9ce1-73ec10191120\"",
        ["crashid/https://h/report/index/bp-0b794045-87ec-4649-9ce1-73ec10191120"] = "\"0b794045-87ec-4649-9ce1-73ec10191120\"",
    };

    public static IEnumerable<TheoryDataRow<int, string>> Rows()
    {
        for (var i = 0; i < SignatureCase.All.Count; i++)
        {
            var row = SignatureCase.All[i];
            yield return new(i, row.Name)
            {
                Skip = row.NeedsForeignLists ? "needs Mozilla's own lists, which do not come with Socorro for C#" : null,
            };
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Answers_as_Socorro_does(int index, string name)
    {
        var row = SignatureCase.All[index];
        var answer = row.Run(SignatureMode.Compatible);
        var expected = JsonNode.Parse(Deviations.GetValueOrDefault(name) ?? row.Expected.GetRawText());

        Assert.True(
            SignatureCase.Accepts(answer, expected),
            $"{name}\nexpected {expected}\nbut was {answer?.ToJsonString()}\nfor {row}");
    }
}
