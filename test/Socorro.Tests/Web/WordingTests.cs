using Socorro.Web;

namespace Socorro.Tests.Web;

public sealed class WordingTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(3600, "1 h")]
    [InlineData(3605, "1 h")]
    [InlineData(187_200, "2 d 4 h")]
    [InlineData(-445, "-7 min 25 s")]
    public void Tells_a_duration_in_its_two_largest_units(int seconds, string text) =>
        Assert.Equal(text, Wording.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1,023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(17_179_869_184, "16 GiB")]
    public void Tells_bytes_in_a_unit_that_fits(long bytes, string text) => Assert.Equal(text, Wording.Bytes(bytes));

    [Theory]
    [InlineData(-5, "just now")]
    [InlineData(30, "30 s ago")]
    [InlineData(330, "5 min ago")]
    [InlineData(86_400 * 3, "3 d ago")]
    public void Tells_an_age(int seconds, string text) => Assert.Equal(text, Wording.Ago(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Clips_long_text_between_characters_and_says_so()
    {
        Assert.Equal("short", Wording.Clip("short", 5));
        Assert.Equal("abc… (1,000 characters)", Wording.Clip("abc" + new string('x', 997), 3));
        Assert.Equal("ab… (1,002 characters)", Wording.Clip("ab🦊" + new string('x', 998), 3));
    }
}
