using Socorro.Signatures.Exceptions;

namespace Socorro.Processing.Rules;

sealed class JavaScriptStackTraceRule : Rule
{
    public override string Name => "JavaScriptStackTrace";

    public override string About =>
        "Keeps a JavaScript stack as sent, and for everyone without its message and the addresses of pages.";

    public override IReadOnlyList<string> Outputs => ["js_stack_trace_raw", "js_stack_trace"];

    public override bool Applies(Draft crash) => !string.IsNullOrWhiteSpace(crash.Sent("js_stack_trace_raw"));

    public override void Act(Draft crash)
    {
        var text = crash.Sent("js_stack_trace_raw")!; // Applies has seen it.
        crash.Set("js_stack_trace_raw", text);
        crash.Set("js_stack_trace", JavaScriptStackSignature.Publish(text));
    }
}
