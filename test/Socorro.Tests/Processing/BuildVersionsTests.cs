using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Processing;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Processing;

public sealed class BuildVersionsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Finds_a_build_by_product_and_channel_and_follows_the_file()
    {
        var file = Write("""{ "Firefox": { "beta": { "20261102091500": "147.0b3", } } } // and no more""");
        var versions = new BuildVersions(file, _time, NullLogger<BuildVersions>.Instance);

        Assert.Equal("147.0b3", versions.Find("Firefox", "beta", "20261102091500"));
        Assert.Null(versions.Find("Firefox", "aurora", "20261102091500"));
        Assert.Null(versions.Find("Firefox", "beta", "2026"));

        Write("""{ "Firefox": { "beta": { "2026": "147.0b4" } } }""");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("147.0b4", versions.Find("Firefox", "beta", "2026"));

        Write("""{ "Firefox": 7 }""");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("147.0b4", versions.Find("Firefox", "beta", "2026"));
    }

    [Theory]
    [InlineData("""{ "Firefox": { "beta": { "1": 7 }, "aurora": [] } }""", "Firefox.beta.1: is not a text|Firefox.aurora: is not an object")]
    [InlineData("[]", "is not an object")]
    [InlineData("{\n", "line 2: is not JSON")]
    public void Every_mistake_is_named_with_its_place(string json, string errors)
    {
        var file = Write(json);

        var failure = Assert.Throws<FormatException>(() => new BuildVersions(file, _time, NullLogger<BuildVersions>.Instance));

        Assert.Equal(errors.Split('|').Select(error => $"{file}: {error}"), failure.Message.Split('\n'));
    }

    string Write(string json)
    {
        var file = _folder.Of("versions.json");
        File.WriteAllText(file, json);
        return file;
    }
}
