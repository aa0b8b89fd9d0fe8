"""Made-up search ranks and volumes whose truth is planted."""
