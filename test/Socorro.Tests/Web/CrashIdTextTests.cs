using Socorro.Web;

namespace Socorro.Tests.Web;

public sealed class CrashIdTextTests
{
    const string Id = "de1bb258-cbbf-4589-a673-34f800160918";

    [Theory]
    [InlineData(Id, true)]
    [InlineData($"bp-{Id}", false)]
    [InlineData("DE1BB258-CBBF-4589-A673-34F800160918", false)]
    [InlineData($"see https://example.org/report/index/{Id}?x#y", false)]
    [InlineData($" {Id}\n", false)]
    public void Finds_the_id_in_what_people_paste(string text, bool isExact)
    {
        Assert.True(CrashIdText.TryFind(text, out var id, out var exact));
        Assert.Equal(Id, id.ToString());
        Assert.Equal(isExact, exact);
    }

    [Theory]
    [InlineData("")]
    [InlineData("bp-")]
    [InlineData("de1bb258-cbbf-4589-a673-34f800169999")]
    [InlineData("mozilla::dom::Element::Crash")]
    public void Finds_none_where_none_is(string text) => Assert.False(CrashIdText.TryFind(text, out _, out _));
}
