using System.Text;
using Socorro.Signatures;

namespace Socorro.Tests.Signatures;

public sealed class CrashDataReaderTests
{
    const string Threads = """ "threads":[{"frames":[{"function":"first"}]},{"frames":[{"function":"second","module":"m"}]}] """;

    [Theory]
    [InlineData("""{"crashing_thread":1,THREADS}""")]
    [InlineData("""{THREADS,"crashing_thread":1}""")]
    [InlineData("""{THREADS,"crashing_thread":"1"}""")]
    [InlineData("""{"crashing_thread":-1,THREADS}""")]
    [InlineData("""{"json_dump":{"crash_info":{"crashing_thread":1},THREADS}}""")]
    [InlineData("""{"json_dump":{THREADS,"crash_info":{"crashing_thread":1}},"product":"p"}""")]
    [InlineData("""{"threads":5,"json_dump":{"crash_info":{"crashing_thread":1},"modules":[{"a":[1]}],THREADS,"z":{}}}""")]
    public void The_crashing_thread_is_read_whatever_is_said_first(string json)
    {
        var crash = Read(json.Replace("THREADS", Threads, StringComparison.Ordinal));

        Assert.Equal("second", crash.FindCrashingThread(SignatureMode.Compatible)!.Frames.Single().Function);
    }

    [Theory]
    [InlineData("""{"json_dump":"text","os":"x"}""")]
    [InlineData("""{"json_dump":[1,2],"threads":[{"frames":[{"function":"f"}]}]}""")]
    [InlineData("""{"json_dump":{}}""")]
    public void A_report_of_another_shape_is_one_without_threads(string json)
    {
        var crash = Read(json);

        Assert.Empty(crash.Threads);
        Assert.Null(crash.Os);
    }

    /// <summary>Texts are kept for the next crash; those that fall on the same place, are long, or are not ASCII must not mix.</summary>
    [Fact]
    public async Task Every_text_is_read_as_it_is_however_many_there_are()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 5_000; i++)
            {
                var function = new string((char)random.Next(32, 300), random.Next(1, 12)).Replace('"', 'q').Replace('\\', 'b')
                    + (i % 100 == 0 ? new string('x', 300) : i.ToString("x"));

                Assert.Equal(function, Read($$"""{"threads":[{"frames":[{"function":"{{function}}"}]}]}""").Threads[0].Frames[0].Function);
            }
        })));
    }

    static CrashData Read(string json) => CrashDataReader.Read(Encoding.UTF8.GetBytes(json));
}
