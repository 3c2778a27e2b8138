using Meniscus.Input;
using Meniscus.Training.Schema;

namespace Meniscus.Training;

/// <summary>The page <c>docs/train-input.md</c>, made from the table that reads the training input.</summary>
public static class TrainingInputDocumentation
{
    private const string Introduction = """
        # Training input

        `meniscus train input.json` reads the input of DeePMD-kit v2 and v3 for energy models of type `se_e2_a`, in JSON
        (comments with `//` and trailing commas are allowed) or YAML. Inputs of v1 are converted. The normalised input, with
        all defaults filled in, is written to `out.json` and can be read again.

        - An unknown key is an error that names the nearest known key. Keys that start with `_` are comments.
        - A key that asks for something this program does not do is an error where it would change the model, and a warning
          where it would not. Values that ask for nothing (`"tensorboard": false`) pass.
        - Lists per type follow `model/type_map`.
        - Paths are relative to the current folder, as in DeePMD-kit; where nothing is there, to the folder of the input file.

        This page is generated from the table that reads the input; change it there.

        """;

    /// <summary>The page as Markdown.</summary>
    public static string Markdown() => InputDocumentation.Markdown(Introduction, TrainingInputSchema.Root);
}
