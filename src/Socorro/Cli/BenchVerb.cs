using System.CommandLine;
using System.Globalization;
using Socorro.Collecting;
using Socorro.Load;

namespace Socorro.Cli;

static class BenchVerb
{
    static readonly Option<string> Url = new("--url")
    {
        Description = "The collector: a server, or the whole address to post to",
        HelpName = "URL",
        DefaultValueFactory = _ => new Options().Url,
    };

    static readonly Option<double?> Rate = new("--rate")
    {
        Description = "Submissions a second; as many as possible unless said",
        HelpName = "N",
    };

    static readonly Option<int> Connections = new("--concurrency")
    {
        Description = "Clients at a time",
        HelpName = "N",
        DefaultValueFactory = _ => 64,
    };

    static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "How long to go on",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
    };

    static readonly Option<string> Size = new("--size")
    {
        Description = "Bytes of each dump, or 'field' for sizes as a browser's crashes have them (median 400 kB)",
        HelpName = "BYTES|field",
        DefaultValueFactory = _ => "field",
    };

    static readonly Option<string?> Token = ServerConnection.CreateUploadTokenOption();

    static readonly Option<string> Folder = new("--data")
    {
        Description = "A folder on the disk to measure",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
    };

    static readonly Option<int> AppendSize = new("--size")
    {
        Description = "Bytes of each append",
        HelpName = "BYTES",
        DefaultValueFactory = _ => 150_000,
    };

    public static Command Create()
    {
        var submit = new Command("submit", "Post made-up crashes to a collector and print rate, latency and failures")
        {
            Url,
            Rate,
            Connections,
            Seconds,
            Size,
            Token,
        };
        submit.SetAction(SubmitAsync);
        var disk = new Command("disk", "Measure appends that are each made durable, to hold 'bench submit' against") { Folder, AppendSize, Seconds };
        disk.SetAction(MeasureDisk);
        return new("bench", "Measure a running Socorro and the machine it runs on") { submit, disk };
    }

    static async Task<int> SubmitAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (!Uri.TryCreate(parsed.GetRequiredValue(Url), UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
            throw new VerbFailedException($"--url '{parsed.GetValue(Url)}' is not an address such as http://127.0.0.1:8000", exitCode: 2);

        var plan = new LoadPlan(
            Submitter.FindAddress(url),
            AtLeastOne(parsed.GetValue(Connections), "--concurrency"),
            parsed.GetValue(Rate),
            TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            ParseSize(parsed.GetRequiredValue(Size)),
            ParseToken(ServerConnection.Find(parsed, Token)));
        var report = await LoadGenerator.RunAsync(plan, ShowProgress, cancel);
        Console.WriteLine(report);
        return report.FailedCount == 0 && report.AcceptedCount > 0 ? 0 : 1;
    }

    static int MeasureDisk(ParseResult parsed)
    {
        var size = AtLeastOne(parsed.GetValue(AppendSize), "--size");
        var rate = DiskBaseline.Measure(parsed.GetRequiredValue(Folder), size, TimeSpan.FromSeconds(parsed.GetValue(Seconds)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate:F1} durable appends/s, {rate * size / 1e6:F1} MB/s"));
        return 0;
    }

    static DumpSizes ParseSize(string text)
    {
        if (text == "field")
            return DumpSizes.Field;

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is > 0 and <= 8_000_000
            ? DumpSizes.Fixed(bytes)
            : throw new VerbFailedException($"--size '{text}' is neither 'field' nor a number from 1 to 8000000", exitCode: 2);
    }

    static string ParseToken(string text) => text.All(letter => letter is > ' ' and <= '~')
        ? text
        : throw new VerbFailedException("--token is not made of visible ASCII characters", exitCode: 2);

    static int AtLeastOne(int number, string option) =>
        number >= 1 ? number : throw new VerbFailedException($"{option} {number} is not a number from 1 up", exitCode: 2);

    static void ShowProgress(LoadReport report)
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{report.AcceptedCount} accepted, {report.Rate:F0}/s "));
    }
}
