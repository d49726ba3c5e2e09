using Socorro.Crashes;

namespace Socorro.Tests.Crashes;

public sealed class CrashIdTests
{
    [Fact]
    public void Carries_the_throttle_digit_and_the_day_of_acceptance()
    {
        var id = CrashId.Create(new(2016, 9, 18, 23, 59, 59, TimeSpan.Zero)).ToString();

        Assert.Matches(@"\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{5}0160918\z", id);
    }

    [Fact]
    public void Takes_the_day_in_utc()
    {
        var id = CrashId.Create(new(2016, 9, 18, 23, 59, 59, TimeSpan.FromHours(-2)), isDeferred: true);

        Assert.Equal(new(2016, 9, 19), id.Day);
        Assert.EndsWith("1160919", id.ToString());
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000160918", true)]
    [InlineData("de1bb258-cbbf-4589-a673-34f800160918", true)]
    [InlineData("de1bb258-cbbf-4589-a673-34f801160918", true)]
    [InlineData("de1bb258-cbbf-4589-a673-34f802160918", false)]
    [InlineData("de1bb258-cbbf-4589-a673-34f800169999", false)]
    [InlineData("DE1BB258-cbbf-4589-a673-34f800160918", false)]
    [InlineData("de1bb258-cbbf-4589-a673-34f800160918\n", false)]
    [InlineData("de1bb258cbbf4589a67334f800160918", false)]
    [InlineData("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", false)]
    [InlineData("", false)]
    public void Accepts_only_the_exact_form(string text, bool isValid) =>
        Assert.Equal(isValid, CrashId.TryParse(text, out _));

    [Fact]
    public void Reads_back_what_it_wrote()
    {
        var id = CrashId.Create(DateTimeOffset.UnixEpoch.AddYears(50));

        Assert.Equal(id, CrashId.Parse(id.ToString()));
    }
}
