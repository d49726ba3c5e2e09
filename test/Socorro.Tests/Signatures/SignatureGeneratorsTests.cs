using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Tests.Signatures;

public sealed class SignatureGeneratorsTests : IDisposable
{
    static readonly CrashData Crash = new()
    {
        CrashingThread = 0,
        Threads = [new([new() { Function = "ours" }, new() { Function = "theirs" }, new() { Function = "main" }])],
    };

    readonly string _folder = Directory.CreateTempSubdirectory("lists").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Products_have_their_own_lists_between_the_built_in_and_the_operators()
    {
        Write("Browser/prefix.txt", "ours\n");
        Write("Browser/version.txt", "12 of May\n");
        Write("Mail/prefix.txt", "ours\ntheirs\n");
        Write("prefix.txt", "!abort$\n");
        var generators = Open();

        Assert.Equal("ours | theirs", Sign(generators, "Browser"));
        Assert.Equal("ours | theirs | main", Sign(generators, "Mail"));
        Assert.Equal("ours", Sign(generators, "Other"));
        Assert.Equal("ours", Sign(generators, null));
        Assert.Matches(
            @"\A[0-9a-f]{12} \(built-in \+ Browser 12 of May \+ operator\)\z",
            generators.For("Browser").Generate(Crash).ListsVersion);
        Assert.Equal([null, "Browser", "Mail"], generators.Versions.Select(own => own.Product));
    }

    [Fact]
    public void Changes_are_in_use_after_a_look_and_wrong_ones_leave_the_last_good_lists_of_their_product()
    {
        Write("Browser/prefix.txt", "ours\n");
        var generators = Open();

        Write("Browser/prefix.txt", "ours\n(\n");
        Write("Mail/prefix.txt", "ours\n");
        generators.Refresh();

        Assert.Equal("ours | theirs", Sign(generators, "Browser"));
        Assert.Equal("ours | theirs", Sign(generators, "Mail"));
        Assert.Contains($"{Path.Combine(_folder, "Browser", "prefix.txt")}:2: ", generators.Problem, StringComparison.Ordinal);

        Write("Browser/prefix.txt", "# nothing\n");
        generators.Refresh();

        Assert.Equal("ours", Sign(generators, "Browser"));
        Assert.Null(generators.Problem);
    }

    [Fact]
    public void A_mistake_in_the_lists_of_all_products_stops_no_product_that_was_good()
    {
        Write("Browser/prefix.txt", "ours\n");
        var generators = Open();

        Write("sentinels.txt", "{\"fram\": 1}\n");
        generators.Refresh();

        Assert.Equal("ours | theirs", Sign(generators, "Browser"));
        Assert.Equal(
            $"{Path.Combine(_folder, "sentinels.txt")}:1: the object has no \"frame\"", generators.Problem);
    }

    [Fact]
    public void Lists_that_are_wrong_from_the_start_are_refused()
    {
        Write("Browser/irrelevant.txt", "(");

        Assert.Contains("irrelevant.txt:1: ", Assert.Throws<SignatureListException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_may_come_later_and_when_it_is_gone_its_lists_stay()
    {
        var folder = Path.Combine(_folder, "later");
        var generators = new SignatureGenerators(
            new(folder), TimeProvider.System, NullLogger<SignatureGenerators>.Instance);

        Write("later/prefix.txt", "ours");
        generators.Refresh();
        Assert.Equal("ours | theirs", Sign(generators, null));

        Directory.Move(folder, folder + "-away");
        generators.Refresh();
        Assert.Equal("ours | theirs", Sign(generators, null));
        Assert.Contains("is gone", generators.Problem, StringComparison.Ordinal);

        Directory.Move(folder + "-away", folder);
        generators.Refresh();
        Assert.Null(generators.Problem);
    }

    [Fact]
    public async Task Files_are_followed_every_second_and_changes_and_mistakes_are_logged_once()
    {
        var time = new FakeTimeProvider();
        var log = new Listener();
        var generators = new SignatureGenerators(new(_folder), time, log);
        using var stop = new CancellationTokenSource();
        var following = generators.FollowAsync(stop.Token);

        Write("prefix.txt", "ours\n");
        await PassUntilAsync(() => Sign(generators, null) == "ours | theirs");
        Write("prefix.txt", "(\n");
        await PassUntilAsync(() => generators.Problem is not null);
        await PassUntilAsync(() => true);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Collection(
            log.Messages,
            changed => Assert.Matches(@"every product without its own are now [0-9a-f]{12} \(built-in \+ operator\)", changed),
            wrong => Assert.Contains("prefix.txt:1: ", wrong, StringComparison.Ordinal));

        async Task PassUntilAsync(Func<bool> isSo)
        {
            for (var i = 0; i < 500; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(10, CancellationToken.None);
                if (isSo())
                    return;
            }

            Assert.Fail("nothing changed");
        }
    }

    SignatureGenerators Open() => new(new(_folder), TimeProvider.System, NullLogger<SignatureGenerators>.Instance);

    static string Sign(SignatureGenerators generators, string? product) => generators.For(product).Generate(Crash).Text;

    void Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>Hears what is logged.</summary>
    sealed class Listener : ILogger<SignatureGenerators>
    {
        public ConcurrentQueue<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Enqueue(formatter(state, exception));
    }
}
