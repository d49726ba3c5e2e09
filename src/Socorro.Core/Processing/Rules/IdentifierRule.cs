namespace Socorro.Processing.Rules;

sealed class IdentifierRule : Rule
{
    public override string Name => "Identifier";

    public override string About => "Names the crash.";

    public override IReadOnlyList<string> Outputs => ["uuid", "crash_id"];

    public override void Act(Draft crash)
    {
        crash.Set("uuid", crash.Raw.Id.ToString());
        crash.Set("crash_id", crash.Raw.Id.ToString());
    }
}
