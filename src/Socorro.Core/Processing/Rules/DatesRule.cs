using System.Globalization;

namespace Socorro.Processing.Rules;

/// <summary>Clients tell time in seconds since 1970 by clocks that may be wrong by decades.</summary>
sealed class DatesRule : Rule
{
    /// <summary>Some clients send milliseconds: the first ten digits are the seconds.</summary>
    const int SecondsDigits = 10;

    public override string Name => "Dates";

    public override string About => "Tells when it was sent and when it crashed, how long it ran and how old the installation is.";

    public override IReadOnlyList<string> Inputs => ["startup_time", "process_uptime"];

    public override IReadOnlyList<string> Outputs =>
    [
        "submitted_timestamp", "date_processed", "crash_time", "client_crash_date", "install_age", "uptime", "last_crash",
    ];

    public override void Act(Draft crash)
    {
        var submitted = crash.Raw.SubmittedAt.ToUniversalTime();
        crash.Set("submitted_timestamp", Write(submitted));
        crash.Set("date_processed", Write(submitted));

        var crashed = ReadCrashTime(crash, submitted);
        crash.Set("crash_time", crashed);
        crash.Set("client_crash_date", Write(DateTimeOffset.FromUnixTimeSeconds(crashed)));

        // The dump knows how long its process ran where the client does not say when it started.
        var started = crash.FindInteger("startup_time") is { } start and >= 0
            ? start
            : crashed - (crash.FindInteger("process_uptime") ?? 0);
        crash.Set("uptime", Math.Max(0, crashed - started));
        crash.Set("install_age", Math.Max(0, crashed - ReadInstallTime(crash, started)));
        crash.Set("last_crash", ReadLastCrash(crash));
    }

    static long ReadCrashTime(Draft crash, DateTimeOffset submitted)
    {
        if (crash.Sent("crash_time")?.Trim() is not { } text)
        {
            crash.Note("WARNING: raw_crash missing CrashTime");
            crash.Note("client_crash_date is unknown");
            return submitted.ToUnixTimeSeconds();
        }

        var digits = text.Length <= SecondsDigits ? text : text[..SecondsDigits];
        if (TryRead(digits, out var seconds) && seconds >= 0)
            return seconds;

        crash.Note("non-integer value of \"CrashTime\"");
        return 0;
    }

    static long ReadInstallTime(Draft crash, long started)
    {
        if (crash.Sent("install_time") is not { } text)
            return started;
        if (TryRead(text, out var seconds) && seconds >= 0)
            return seconds;

        crash.Note("non-integer value of \"InstallTime\"");
        return 0;
    }

    static long? ReadLastCrash(Draft crash)
    {
        if (crash.Sent("last_crash") is not { } text)
            return null;
        if (TryRead(text, out var seconds))
            return seconds;

        crash.Note(
            text.Trim() is { Length: > 0 } digits && digits.All(char.IsAsciiDigit)
                ? "\"SecondsSinceLastCrash\" larger than MAXINT - set to NULL"
                : "non-integer value of \"SecondsSinceLastCrash\"");
        return null;
    }

    static bool TryRead(string text, out long number) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out number);

    static string Write(DateTimeOffset time) => time.ToString(
        time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:sszzz" : "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz",
        CultureInfo.InvariantCulture);
}
