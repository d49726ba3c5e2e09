using Socorro.Tests.Collecting;

namespace Socorro.Tests.EndToEnd;

/// <summary>What the whole server does around an answer must not spoil it for Crashpad.</summary>
public sealed class PlainAnswerTests(RunningApp app) : IClassFixture<RunningApp>
{
    [Theory]
    [InlineData("/submit")]
    [InlineData("/api/42/minidump/")]
    public async Task The_answer_to_a_crash_is_neither_compressed_nor_chunked(string target)
    {
        var request = (WireRequest.Good with { Target = target }).PlusHeader("Accept-Encoding: deflate, gzip, br, zstd");

        var reply = await WireReply.ExchangeAsync(new Uri(app.Url).Port, request.ToBytes(), TestContext.Current.CancellationToken);

        Assert.Equal("48", reply.Headers["Content-Length"]);
        Assert.DoesNotContain("Content-Encoding", reply.Headers.Keys);
        Assert.StartsWith("CrashID=bp-", reply.Body);
        Assert.Equal("*", reply.Headers["Access-Control-Allow-Origin"]);
    }
}
