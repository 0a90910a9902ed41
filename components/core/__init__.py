"""What every capability shares and no cloud owns: clouds, gaps, specs, profiles, names, references, errors."""
