using System.CommandLine;
using Socorro.Collecting;
using Spectre.Console;

namespace Socorro.Cli;

static class SubmitVerb
{
    static readonly Argument<string[]> Paths = new("FILE")
    {
        Description = "Dumps, and folders whose *.dmp files are sent",
        Arity = ArgumentArity.OneOrMore,
    };

    static readonly Option<string> Url = new("--url")
    {
        Description = "The collector: a server, or the whole address to post to",
        HelpName = "URL",
        DefaultValueFactory = _ => new Options().Url,
    };

    static readonly Option<string[]> Annotations = new("--annotation", "-a")
    {
        Description = "An annotation to send with every dump, such as ProductName=App; may be given several times",
        HelpName = "NAME=VALUE",
    };

    static readonly Option<bool> Gzip = new("--gzip") { Description = "Compress what is sent" };

    static readonly Option<string?> Token = ServerConnection.CreateUploadTokenOption();

    static readonly Option<int> Concurrency = new("--concurrency")
    {
        Description = "Dumps sent at a time",
        HelpName = "N",
        DefaultValueFactory = _ => 4,
    };

    public static Command Create()
    {
        var command = new Command("submit", "Send dumps to a collector, as a crashed application would")
        {
            Paths,
            Url,
            Annotations,
            Token,
            Gzip,
            Concurrency,
        };
        command.SetAction(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var address = ParseAddress(parsed.GetRequiredValue(Url));
        var annotations = ParseAnnotations(parsed.GetValue(Annotations) ?? []);
        var concurrency = parsed.GetValue(Concurrency);
        if (concurrency is < 1 or > 256)
            throw new VerbFailedException($"--concurrency {concurrency} is not a number from 1 to 256", exitCode: 2);

        var files = FindDumps(parsed.GetRequiredValue(Paths));
        // Large dumps over slow lines take their time; a collector gives up on its own when nothing comes.
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromHours(1) };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("socorro-submit/1");
        if (ServerConnection.Find(parsed, Token) is { Length: > 0 } token)
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        var submitter = new Submitter(http, address, annotations, parsed.GetValue(Gzip));
        var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancel };
        var failures = 0;
        using var output = new Output(files.Count);
        await output.ShowAsync(advance => Parallel.ForEachAsync(files, options, async (file, cancel) =>
        {
            var submitted = await SendAsync(submitter, address, file, cancel);
            if (submitted is Submitted.NotKept)
                Interlocked.Increment(ref failures);

            output.Write(file, submitted);
            advance();
        }));
        return failures == 0 ? 0 : 1;
    }

    static async Task<Submitted> SendAsync(Submitter submitter, Uri address, string file, CancellationToken cancel)
    {
        try
        {
            return await submitter.SendAsync(file, cancel);
        }
        catch (HttpRequestException e) when (
            e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new VerbFailedException(
                $"can't reach {address}: {e.Message}. Is 'socorro run' running there? --url takes another address.", cause: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            return new Submitted.NotKept(e.Message);
        }
    }

    static Uri ParseAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? Submitter.FindAddress(url)
            : throw new VerbFailedException($"--url '{text}' is not an address such as http://127.0.0.1:8000", exitCode: 2);

    static IReadOnlyList<KeyValuePair<string, string>> ParseAnnotations(string[] texts)
    {
        var annotations = new Dictionary<string, string>();
        foreach (var text in texts)
        {
            var end = text.IndexOf('=');
            if (end < 1)
                throw new VerbFailedException($"--annotation '{text}' is not of the form NAME=VALUE", exitCode: 2);

            annotations[text[..end]] = text[(end + 1)..];
        }

        // Collectors refuse a dump that says nothing about itself.
        annotations.TryAdd("SubmittedFrom", "socorro submit");
        return [.. annotations];
    }

    static List<string> FindDumps(string[] paths)
    {
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (File.Exists(path))
                files.Add(path);
            else if (Directory.Exists(path))
                files.AddRange(Directory.EnumerateFiles(path, "*.dmp", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
            else
                throw new VerbFailedException($"there is no file or folder '{path}'", exitCode: 2);
        }

        return files.Count > 0
            ? files
            : throw new VerbFailedException($"there are no *.dmp files in {string.Join(", ", paths)}");
    }

    /// <summary>A line for each dump, and a bar on a terminal when there are many.</summary>
    sealed class Output(int count) : IDisposable
    {
        readonly bool _hasBar = count > 1 && !Console.IsErrorRedirected;
        readonly List<(TextWriter Writer, string Line)> _held = [];

        public async Task ShowAsync(Func<Action, Task> run)
        {
            if (!_hasBar)
            {
                await run(() => { });
                return;
            }

            var terminal = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
            await terminal.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async progress =>
                {
                    var bar = progress.AddTask($"Sending {count} dumps", maxValue: count);
                    await run(() => bar.Increment(1));
                });
        }

        public void Write(string file, Submitted submitted)
        {
            if (submitted is Submitted.Kept(var id, var report))
                Show(Console.Out, $"CrashID=bp-{id}  {report}  {file}");
            else if (submitted is Submitted.NotKept(var reason))
                Show(Console.Error, $"socorro: {file} was not kept: {reason}");
        }

        /// <summary>Shows what had to wait for the bar to go.</summary>
        public void Dispose()
        {
            foreach (var (writer, line) in _held)
                writer.WriteLine(line);
        }

        void Show(TextWriter writer, string line)
        {
            // A line in the middle of the bar would garble both.
            if (_hasBar && (writer == Console.Error || !Console.IsOutputRedirected))
            {
                lock (_held)
                    _held.Add((writer, line));
            }
            else
            {
                writer.WriteLine(line);
            }
        }
    }
}
