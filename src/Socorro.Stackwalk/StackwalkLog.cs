namespace Socorro.Stackwalk;

enum LogLevel
{
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// <summary>
/// The log, in lines "LEVEL text". Errors are "ERROR Name - text": tools take the second word for the status of the dump.
/// </summary>
sealed class StackwalkLog(TextWriter output, LogLevel level)
{
    public bool Shows(LogLevel asked) => asked <= level;

    public void Error(string name, string text) => Write(LogLevel.Error, "ERROR", $"{name} - {text}");

    public void Warn(string text) => Write(LogLevel.Warn, "WARN", text);

    public void Info(string text) => Write(LogLevel.Info, "INFO", text);

    public void Debug(string text) => Write(LogLevel.Debug, "DEBUG", text);

    // Names out of dumps may hold line feeds and the escape sequences of terminals. A log that can't be written, for want of space
    // or of a reader, is no reason for the reports not to be.
    void Write(LogLevel asked, string name, string text)
    {
        if (!Shows(asked))
            return;

        try
        {
            output.Write($"{name} {string.Create(text.Length, text, ReplaceControls)}\n");
        }
        catch (IOException)
        {
        }
    }

    static void ReplaceControls(Span<char> line, string text)
    {
        for (var i = 0; i < line.Length; i++)
            line[i] = char.IsControl(text[i]) ? ' ' : text[i];
    }
}
